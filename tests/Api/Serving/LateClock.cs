using Cairn.Serving.Segments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Api.Tests.Serving;

/// <summary>Two hours ahead: what is logged now belongs to an hour that is over.</summary>
internal sealed class LateClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddHours(2);

    /// <summary>Rolls all that is logged into segments.</summary>
    public static async Task Seal(IServiceProvider services)
    {
        var sealer = ActivatorUtilities.CreateInstance<Sealer>(services, new LateClock(), NullLogger<Sealer>.Instance);
        (await sealer.Run(TestContext.Current.CancellationToken)).ShouldBeGreaterThan(0);
    }
}
