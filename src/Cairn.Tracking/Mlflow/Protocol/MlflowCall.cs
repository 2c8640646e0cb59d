using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>Reads one kind of request; made again of an empty object when the body is no JSON, as MLflow has it.</summary>
internal delegate T ReadRequest<out T>(ref ProtoReader reader);

/// <summary>One request on MLflow's paths and its answer.</summary>
internal sealed class MlflowCall(HttpContext context, MlflowStore store, Caller caller, ReadOnlyMemory<byte> json, bool fromQuery)
{
    public Caller Caller => caller;

    public WorkspaceId Workspace => caller.Workspace;

    public MlflowStore Store => store;

    public CancellationToken Cancellation => context.RequestAborted;

    public HttpRequest Request => context.Request;

    public string Route(string name) => (string)context.Request.RouteValues[name]!;

    public T Read<T>(ReadRequest<T> read)
    {
        try
        {
            var reader = new ProtoReader(json.Span, fromQuery);
            return read(ref reader);
        }
        catch (JsonException)
        {
            var reader = new ProtoReader("{}"u8, fromQuery);
            return read(ref reader);
        }
    }

    /// <summary>Until it completes, a piece of work and its refusal are those of <see cref="Database.Write{T}"/>.</summary>
    public Task<T> Write<T>(Func<WriteTransaction, T> work) => store.Database.Write(work, Cancellation);

    public Task<T> Query<T>(Func<ReadTransaction, T> work) => store.Database.Read(work, Cancellation);

    /// <summary>An answer without fields.</summary>
    public Task Reply()
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = 2;
        var writer = context.Response.BodyWriter;
        writer.Write("{}"u8);
        return writer.FlushAsync(Cancellation).AsTask();
    }

    /// <summary>One page of a list; a list of nothing is not there.</summary>
    /// <param name="next">The token of the page after it; null: it is the last.</param>
    public Task Reply<T>(string field, IReadOnlyList<T> items, string? next, Action<Utf8JsonWriter, T> write) => Reply((field, items, next, write), static (json, page) =>
    {
        json.WriteStartObject();
        if (page.items.Count > 0)
        {
            json.WriteStartArray(page.field);
            foreach (var item in page.items) page.write(json, item);
            json.WriteEndArray();
        }

        if (page.next is not null) json.WriteString("next_page_token"u8, page.next);
        json.WriteEndObject();
    });

    public Task Reply<T>(T answer, Action<Utf8JsonWriter, T> write) => AnswerWriter.Send(context, answer, write);

    /// <summary>An answer that is written already, of many megabytes.</summary>
    public Task Reply(Pipe written) => AnswerWriter.Send(context, written);
}

/// <summary>What the use cases of the protocol work with.</summary>
internal sealed record MlflowStore(Database Database, IBlobStore Blobs, UploadParts Parts, TimeProvider Clock, Cairn.Tracking.Experiments.DefaultExperiment Defaults)
{
    public long Now => Clock.Micros();
}
