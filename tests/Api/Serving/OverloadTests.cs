using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Cairn.Client.Wire;
using Cairn.Serving.Online;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Serving;

public class OverloadTests
{
    private const string Path = "/api/v1/deployments/coffee/predict";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_too_much_is_refused_without_reading_it_and_taken_again_when_there_is_room()
    {
        await using var host = await ServingHost.Start(serving: new() { MostInFlight = 1 });
        await host.Deploy("coffee");
        var admission = host.Services.GetRequiredService<Admission>();

        using (admission.Begin())
        {
            var body = new WatchedContent();
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = body };
            request.Headers.ExpectContinue = true;
            var refused = await host.Http.SendAsync(request, Cancelled);

            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
            (await ServingHost.ProblemOf(refused)).Code.ShouldBe("server.overloaded");
            body.WasAskedFor.ShouldBeFalse();
        }

        await ServingHost.Read<PredictionWire>(await host.Post(Path, CoffeeModel.Row));
        (await host.LoggedRows()).ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_comes_back_too_soon_waits_for_its_refusal_and_others_do_not()
    {
        await using var host = await ServingHost.Start(serving: new() { MostInFlight = 1 });
        await host.Deploy("coffee");
        using var inFlight = host.Services.GetRequiredService<Admission>().Begin();
        using var one = Client(host);
        using var other = Client(host);
        var start = Stopwatch.StartNew();

        (await Post(one)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var again = Post(one);
        (await Post(other)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        again.IsCompleted.ShouldBeFalse();
        (await again).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        start.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.95));
    }

    [Fact]
    public async Task What_was_refused_or_failed_is_not_in_flight_any_more()
    {
        await using var host = await ServingHost.Start(serving: new() { MostInFlight = 1 });
        await host.Deploy("coffee");

        foreach (var body in (string[])["{", "[{}]", CoffeeModel.Row, "[]"]) await host.Post(Path, body);

        await ServingHost.Read<PredictionWire>(await host.Post(Path, CoffeeModel.Row));
    }

    [Fact]
    public async Task Work_that_can_wait_lets_requests_go_first_while_they_are_too_many_and_then_goes_on_all_the_same()
    {
        await using var host = await ServingHost.Start(serving: new());
        var admission = host.Services.GetRequiredService<Admission>();
        var congestion = host.Services.GetRequiredService<Congestion>();
        for (var at = TimeProvider.System.GetTimestamp() / (TimeProvider.System.TimestampFrequency / TimeSpan.TicksPerSecond); !congestion.IsOn; at += 10 * TimeSpan.TicksPerMillisecond)
        {
            congestion.WantsProbe(at).ShouldBeTrue();
            congestion.Ran(at + (2 * Congestion.Target), done: 0);
        }

        congestion.IsOn.ShouldBeTrue();

        var way = admission.GiveWay(Cancelled);
        way.IsCompleted.ShouldBeFalse();
        await way;
    }

    // One connection each: what is remembered of a refusal is remembered of the connection.
    private static HttpClient Client(ServingHost host) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = host.Http.BaseAddress };

    private static Task<HttpResponseMessage> Post(HttpClient client) => client.PostAsync(Path, new StringContent(CoffeeModel.Row, MediaTypeHeaderValue.Parse("application/json")), Cancelled);

    private sealed class WatchedContent : HttpContent
    {
        private const int Length = 4096; // less is sent all the same, so that the connection can be kept

        public WatchedContent() => Headers.ContentType = new MediaTypeHeaderValue("application/json");

        public bool WasAskedFor { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            WasAskedFor = true;
            return stream.WriteAsync(new byte[Length]).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Length;
            return true;
        }
    }
}
