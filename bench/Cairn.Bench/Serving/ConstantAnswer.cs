using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cairn.Bench.Serving;

/// <summary>
/// What the web server alone can do: Kestrel as Cairn sets it up, and one piece of middleware that answers every request with the
/// same bytes, as many as a prediction has. Option: <c>--port N</c> (18081). Runs until it is stopped.
/// </summary>
internal static class ConstantAnswer
{
    private static readonly byte[] Answer =
        """{"prediction_id":"01a214feb5c871049d5db577c2c07fc2","prediction":"No","probability":0.013249538397789002,"threshold":0.5,"model":"churn","version":1}"""u8.ToArray();

    public static void Run(string[] options)
    {
        var port = Array.IndexOf(options, "--port") is >= 0 and var at && at + 1 < options.Length ? int.Parse(options[at + 1], System.Globalization.CultureInfo.InvariantCulture) : 18081;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        using var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = Answer.Length;
            await context.Response.BodyWriter.WriteAsync(Answer, context.RequestAborted);
        });
        app.Run();
    }
}
