using System.Buffers;
using Cairn.Access;
using Cairn.Tracking.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>
/// Maps each call to all the places clients look for it: below <c>/api/2.0</c> and <c>/ajax-api/2.0</c>, and both below
/// <c>/w/{workspace}</c>, where a base URL names the workspace. It must be the caller's own.
/// </summary>
internal sealed class MlflowRoutes(IEndpointRouteBuilder routes, Lazy<MlflowStore> store)
{
    private static readonly string[] _prefixes = ["/api", "/ajax-api", "/w/{workspace}/api", "/w/{workspace}/ajax-api"];

    private const int FirstBuffer = 4 << 10;

    private readonly Dictionary<string, List<string>> _methods = new(StringComparer.Ordinal);

    /// <summary>A read.</summary>
    public void Get(string path, Permission permission, Func<MlflowCall, Task> handle) => Map("GET", path, permission, null, handle);

    /// <summary>A read that clients may send either way.</summary>
    public void Search(string path, Permission permission, Func<MlflowCall, Task> handle)
    {
        Map("GET", path, permission, null, handle);
        Map("POST", path, permission, endpoint => endpoint.StoresNothing(), handle);
    }

    /// <summary>A read that clients send as POST.</summary>
    public void Ask(string path, Permission permission, Func<MlflowCall, Task> handle) => Map("POST", path, permission, endpoint => endpoint.StoresNothing(), handle);

    /// <summary>A change that is audited.</summary>
    public void Change(string method, string path, Permission permission, Func<MlflowCall, Task> handle) => Map(method, path, permission, endpoint => endpoint.Mutates(), handle);

    /// <summary>A write that is attributed to its run.</summary>
    public void Log(string path, Permission permission, Func<MlflowCall, Task> handle) => Map("POST", path, permission, endpoint => endpoint.DataPlane(), handle);

    /// <summary>A call whose body or answer is a file and no message.</summary>
    /// <param name="path">Below <c>/api/2.0/</c>.</param>
    public void Stream(string method, string path, Permission permission, Func<HttpContext, MlflowCall, Task> handle)
    {
        foreach (var prefix in _prefixes) StreamAt($"{prefix}/2.0/{path}", method, permission, handle);
    }

    /// <summary>A file where MLflow's pages ask for it, which is beside the API.</summary>
    public void Download(string path, Permission permission, Func<HttpContext, MlflowCall, Task> handle)
    {
        foreach (var prefix in (string[])["", "/w/{workspace}"]) StreamAt($"{prefix}/{path}", "GET", permission, handle);
    }

    /// <summary>A message about a file that comes in parts.</summary>
    public void Upload(string path, Permission permission, Func<MlflowCall, Task> handle)
    {
        foreach (var prefix in _prefixes) MapAt($"{prefix}/2.0/mlflow-artifacts/mpu/{path}", "POST", permission, endpoint => endpoint.DataPlane(), handle);
    }

    /// <summary>What else is asked below these paths is answered in MLflow's shape. Called last.</summary>
    public void MapRest()
    {
        foreach (var prefix in _prefixes.SelectMany(prefix => (string[])[$"{prefix}/2.0", $"{prefix}/3.0"]))
            routes.Map(prefix + "/mlflow/{**rest}", Nothing)
                .Requires(Permission.RunsRead).StoresNothing().ErrorsAs(MlflowProblem.Of).ExcludeFromDescription();
    }

    private void Map(string method, string path, Permission permission, Action<IEndpointConventionBuilder>? effect, Func<MlflowCall, Task> handle)
    {
        if (!_methods.TryGetValue(path, out var methods)) _methods[path] = methods = [];
        methods.Add(method);
        foreach (var prefix in _prefixes) MapAt($"{prefix}/2.0/mlflow/{path}", method, permission, effect, handle);
    }

    private void MapAt(string place, string method, Permission permission, Action<IEndpointConventionBuilder>? effect, Func<MlflowCall, Task> handle)
    {
        var endpoint = routes.MapMethods(place, [method], (RequestDelegate)(context => Answer(context, handle)))
            .Requires(permission).ErrorsAs(MlflowProblem.Of).ExcludeFromDescription();
        effect?.Invoke(endpoint);
    }

    private void StreamAt(string place, string method, Permission permission, Func<HttpContext, MlflowCall, Task> handle)
    {
        var endpoint = routes.MapMethods(place, [method], (RequestDelegate)(context => Answer(context, handle)))
            .Requires(permission).ErrorsAs(MlflowProblem.Of).ExcludeFromDescription();
        if (method != "GET") endpoint.DataPlane().WithMetadata(new AnySize());
    }

    private Task Nothing(HttpContext context)
    {
        var path = (string?)context.Request.RouteValues["rest"] ?? "";
        if (_methods.TryGetValue(path, out var methods))
        {
            context.Response.Headers.Allow = string.Join(", ", methods);
            return Refuse(context, new(405, "ENDPOINT_NOT_FOUND", $"{context.Request.Path} does not take {context.Request.Method}; it takes {string.Join(", ", methods)}."));
        }

        return Refuse(context, new(404, "ENDPOINT_NOT_FOUND", $"Nothing is at {context.Request.Method} {context.Request.Path}. docs/reference/mlflow.md lists what there is of MLflow's protocol."));
    }

    private async Task Answer(HttpContext context, Func<HttpContext, MlflowCall, Task> handle)
    {
        try
        {
            await handle(context, new(context, store.Value, CallerOf(context), "{}"u8.ToArray(), fromQuery: false));
        }
        catch (MlflowException refused) when (!context.Response.HasStarted)
        {
            await Refuse(context, refused);
        }
    }

    private async Task Answer(HttpContext context, Func<MlflowCall, Task> handle)
    {
        byte[]? rented = null;
        try
        {
            var caller = CallerOf(context);
            var fromQuery = HttpMethods.IsGet(context.Request.Method) && context.Request.QueryString.HasValue;
            ReadOnlyMemory<byte> json;
            if (fromQuery)
            {
                json = RequestJson.Of(context.Request.Query);
            }
            else
            {
                (rented, var length) = await Body(context);
                if (length > 0) CheckType(context.Request);
                json = RequestJson.Normal(rented.AsMemory(0, length));
            }

            await handle(new(context, store.Value, caller, json, fromQuery));
        }
        catch (MlflowException refused) when (!context.Response.HasStarted)
        {
            await Refuse(context, refused);
        }
        catch (FilterException refused) when (!context.Response.HasStarted)
        {
            await Refuse(context, MlflowException.Invalid(refused.Message));
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static Caller CallerOf(HttpContext context)
    {
        var caller = context.Features.Get<Caller>()!;
        return context.Request.RouteValues.TryGetValue("workspace", out var workspace) && (string?)workspace != caller.Workspace.Value
            ? throw MlflowException.Missing($"{caller.Name} has no workspace '{workspace}'. Use the base URL without /w/{workspace}, or that of a workspace of yours.")
            : caller;
    }

    private static Task Refuse(HttpContext context, MlflowException refused)
    {
        context.Response.StatusCode = refused.Status;
        return AnswerWriter.Send(context, refused, static (json, refused) => refused.Write(json));
    }

    private static async ValueTask<(byte[] Rented, int Length)> Body(HttpContext context)
    {
        var stream = context.Request.Body;
        // What a client announces costs nothing; the buffer grows with what arrives.
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var length = 0;
        try
        {
            while (await stream.ReadAsync(buffer.AsMemory(length), context.RequestAborted) is var read and > 0)
            {
                length += read;
                if (length == context.Request.ContentLength) break;
                if (length < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return (buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static void CheckType(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw MlflowException.Invalid("Bad Request. Content-Type must be one of ['application/json'].");
    }

    private sealed class AnySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
