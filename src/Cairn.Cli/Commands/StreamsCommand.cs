using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class StreamsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The stream" };
    private static readonly Option<int> Limit = Paging.Limit();

    private static readonly Option<string> Deployment = new("--deployment") { Description = "The deployment that answers", Required = true, HelpName = "name" };
    private static readonly Option<string> Queue = new("--queue") { Description = "The queue that is read", Required = true, HelpName = "queue" };
    private static readonly Option<string?> Reply = new("--reply") { Description = "Where answers go; /queue for a queue by its name (default: the reply_to of each message)", HelpName = "exchange/key" };
    private static readonly Option<string?> DeadLetter = new("--dead-letter") { Description = "Where messages go that cannot be answered (default: they are rejected)", HelpName = "exchange/key" };
    private static readonly Option<int> Prefetch = new("--prefetch") { Description = "Messages taken before the first of them is answered", DefaultValueFactory = _ => 256, HelpName = "n" };

    public static Command Build() => new Command("streams", "List and show streams: queues that a deployment answers")
    {
        new Command("list", "List streams") { Limit }.Does(List),
        new Command("show", "Show a stream and what it is doing") { Name }.Does(Show),
        new Command("set", "Make a stream, or replace its settings") { Name, Deployment, Queue, Reply, DeadLetter, Prefetch }.Does(Set),
        new Command("delete", "Stop answering a queue; its messages stay in it") { Name }.Does(Delete),
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var streams = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListStreamsAsync(n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(streams);
            return ExitCode.Ok;
        }

        var table = Tables.New("stream", "deployment", "queue", "state", "#waiting", "#answered", "#rejected", "problem");
        foreach (var s in streams) table.With(s.Name, s.Settings.Deployment, s.Settings.Queue, s.State, s.Waiting is { } waiting ? $"{waiting}" : "-", $"{s.Messages}", $"{s.Rejected}", s.Problem ?? "");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        return Show(invocation.Terminal, await session.Client.GetStreamAsync(invocation.Get(Name), cancellation));
    }

    private static async Task<int> Set(Invocation invocation, CancellationToken cancellation)
    {
        var settings = new StreamSettings
        {
            Deployment = invocation.Get(Deployment)!,
            Queue = invocation.Get(Queue)!,
            Reply = Target(invocation.Get(Reply), Reply.Name),
            DeadLetter = Target(invocation.Get(DeadLetter), DeadLetter.Name),
            Prefetch = invocation.Get(Prefetch),
        };
        await using var session = await invocation.Connect(cancellation);
        return Show(invocation.Terminal, await session.Client.PutStreamAsync(invocation.Get(Name), settings, cancellation));
    }

    private static async Task<int> Delete(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        await session.Client.DeleteStreamAsync(invocation.Get(Name), cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(new { Deleted = invocation.Get(Name) });
        else invocation.Terminal.Note($"The stream {invocation.Get(Name)} is gone; its messages stay in their queue.");
        return ExitCode.Ok;
    }

    private static StreamTarget? Target(string? text, string option) => text?.Split('/', 2) switch
    {
        null => null,
        [var exchange, var key] => new(exchange, key),
        _ => throw new CairnException(Problems.Of("cli.stream-target", $"{option} is '{text}'; it takes exchange/key, or /queue for a queue by its name.")),
    };

    private static int Show(Terminal terminal, StreamWire stream)
    {
        if (terminal.Json)
        {
            Terminal.WriteJson(stream);
            return ExitCode.Ok;
        }

        var settings = stream.Settings;
        terminal.Write(Tables.Facts(
            ("stream", stream.Name), ("deployment", settings.Deployment), ("queue", settings.Queue), ("answers go to", Text(settings.Reply) ?? "the reply_to of each message"),
            ("dead letters go to", Text(settings.DeadLetter) ?? "nowhere: they are rejected"), ("prefetch", $"{settings.Prefetch}"), ("state", stream.State), ("problem", stream.Problem),
            ("waiting", stream.Waiting is { } waiting ? $"{waiting}" : null), ("since the start", $"{stream.Messages} messages answered ({stream.Duplicates} from the log), {stream.Rejected} rejected"),
            ("last", stream.LastAt is { } last ? Format.Time(last) : null)));
        return ExitCode.Ok;
    }

    private static string? Text(StreamTarget? target) => target is null ? null : $"{target.Exchange}/{target.RoutingKey}";
}
