using System.IO.Compression;
using System.Runtime.CompilerServices;
using Cairn.Client;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Web.Routing;

/// <summary>Where pages are mapped. A page takes the request as it is; a form is read only when its token is right.</summary>
internal sealed class PageRoutes(IEndpointRouteBuilder pages, IEndpointRouteBuilder forms)
{
    /// <summary>What Blazor says of each page to its own script, which is not served: links and forms are plain. It says so once only.</summary>
    public const string EnhancedNavigation = "blazor-enhanced-nav";

    /// <summary>Marks the endpoints of pages and forms.</summary>
    public sealed record Mark;

    public void Get(string pattern, Func<PageRequest, IResult> handle, [CallerFilePath] string slice = "") => Get(pattern, request => Task.FromResult(handle(request)), slice);

    public void Get(string pattern, Func<PageRequest, Task<IResult>> handle, [CallerFilePath] string slice = "") =>
        Describe(pages.MapGet(pattern, Delegate(handle)), slice);

    public void Post(string pattern, Func<PageRequest, IResult> handle, [CallerFilePath] string slice = "") => Post(pattern, request => Task.FromResult(handle(request)), slice);

    /// <summary>What a form changes is changed through the client, so the API decides and audits; the form itself stores nothing.</summary>
    public void Post(string pattern, Func<PageRequest, Task<IResult>> handle, [CallerFilePath] string slice = "") =>
        Describe(forms.MapPost(pattern, Delegate(request => Checked(request, handle))), slice);

    /// <summary>A form that ends with a file, which is read as it arrives (<see cref="PageRequest.File"/>): it may be large.</summary>
    public void PostFile(string pattern, Func<PageRequest, Task<IResult>> handle, [CallerFilePath] string slice = "") =>
        Describe(forms.MapPost(pattern, Delegate(request => Checked(request, handle))).WithMetadata(new Upload.Limit()), slice);

    private static RequestDelegate Delegate(Func<PageRequest, Task<IResult>> handle) => context => Answer(context, handle);

    private static void Describe(IEndpointConventionBuilder endpoint, string slice) =>
        endpoint.WithMetadata(new Mark()).WithDisplayName(Path.GetFileNameWithoutExtension(slice)).ExcludeFromDescription();

    private static async Task<IResult> Checked(PageRequest request, Func<PageRequest, Task<IResult>> handle)
    {
        var antiforgery = request.Context.RequestServices.GetRequiredService<IAntiforgery>();
        if (!request.Context.Request.HasFormContentType) return request.Stale();
        try
        {
            await request.ReadForm();
        }
        catch (InvalidDataException broken)
        {
            return request.Refuse(new("about:blank", "page.form-broken", StatusCodes.Status400BadRequest, $"{broken.Message} Nothing was changed.", "page.form-broken"));
        }

        return await antiforgery.IsRequestValidAsync(request.Context) ? await handle(request) : request.Stale();
    }

    private static async Task Answer(HttpContext context, Func<PageRequest, Task<IResult>> handle)
    {
        var result = await handle(new PageRequest(context, context.RequestServices.GetRequiredService<CairnClient>()));
        if (result is RazorComponentResult) await Packed(context, result);
        else await result.ExecuteAsync(context);
    }

    /// <remarks>Sent when it is whole: a fault while rendering becomes an error page, not half of this one.</remarks>
    private static async Task Packed(HttpContext context, IResult result)
    {
        var response = context.Response;
        var sent = response.Body;
        using var page = new MemoryStream();
        // Tokens in a page are masked anew each time, so compressing it tells nothing about them.
        var (packed, encoding) = Pack(page, context.Request.Headers.AcceptEncoding.ToString());
        response.Body = packed;
        try
        {
            await result.ExecuteAsync(context);
        }
        finally
        {
            response.Body = sent;
        }

        if (encoding is not null) await packed.DisposeAsync(); // writes its end
        response.Headers.Remove(EnhancedNavigation);
        response.Headers.Vary = "Accept-Encoding, Cookie";
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        response.ContentLength = page.Length;
        page.Position = 0;
        await page.CopyToAsync(sent, context.RequestAborted);
    }

    private static (Stream Stream, string? Encoding) Pack(Stream page, string accepts) =>
        accepts.Contains("br", StringComparison.Ordinal) ? (new BrotliStream(page, CompressionLevel.Fastest, leaveOpen: true), "br")
        : accepts.Contains("gzip", StringComparison.Ordinal) ? (new GZipStream(page, CompressionLevel.Fastest, leaveOpen: true), "gzip")
        : (page, null);
}
