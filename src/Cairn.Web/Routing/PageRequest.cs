using System.Globalization;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cairn.Web.Routing;

/// <summary>A request for a page: what it asks for, the API as its user may use it, and the answers a page can give.</summary>
internal sealed class PageRequest(HttpContext context, CairnClient api)
{
    private IFormCollection _form = FormCollection.Empty;

    public HttpContext Context => context;

    public CairnClient Api => api;

    public CancellationToken Cancellation => context.RequestAborted;

    public Listing Listing => field ??= Listing.Of(context.Request);

    /// <summary>A part of the path, as the pattern names it.</summary>
    public string Route(string name) => (string?)context.Request.RouteValues[name] ?? "";

    /// <summary>Null when it is missing or empty: an empty field of a GET form is no filter.</summary>
    public string? Query(string name) => context.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    public long? Number(string name) => long.TryParse(Query(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A field of a posted form; empty when it is missing.</summary>
    public string Field(string name) => _form[name].ToString();

    public IFormCollection Form => _form;

    /// <value>Of a form that ends with one; null: none was chosen.</value>
    public Upload? File { get; private set; }

    /// <summary>Asks the API. A refusal is a part of the page and no exception.</summary>
    public async Task<Loaded<T>> Load<T>(Func<CairnClient, CancellationToken, Task<T>> ask) where T : class
    {
        try
        {
            return new(await ask(api, Cancellation), null);
        }
        catch (CairnException declined)
        {
            return new(null, declined.Problem);
        }
    }

    /// <param name="parameters">Of the component, as an anonymous object.</param>
    /// <param name="status">Of the answer: that of the page's subject (<see cref="Loaded{T}.Status"/>).</param>
    public IResult Show<TPage>(object? parameters = null, int status = StatusCodes.Status200OK) where TPage : IComponent
    {
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<TPage>(parameters ?? new { }) { StatusCode = status, PreventStreamingRendering = true };
    }

    /// <summary>After a form was done: the page that shows it, with a word that it was done.</summary>
    /// <param name="path">Of this server.</param>
    public IResult Done(string path, string title, string text = "")
    {
        Toast.Leave(context.Response, title, text);
        return GoTo(path);
    }

    /// <summary>303 to a path of this server; anything else goes to the overview.</summary>
    public IResult GoTo(string? path)
    {
        context.Response.Headers.Location = path is ['/', not ('/' or '\\'), ..] && !path.Any(char.IsControl) ? path : "/";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    public IResult Missing(string detail) => Refuse(new Problem("about:blank", "page.missing", StatusCodes.Status404NotFound, detail, "page.missing"));

    public IResult Stale() => Refuse(new Problem(
        "about:blank", "page.form-stale", StatusCodes.Status400BadRequest,
        "The form came without the token of this browser, so it was not acted on. Nothing was changed. Go back, load the page again and send it once more.", "page.form-stale"));

    public IResult Refuse(Problem problem) => Show<ProblemPage>(new { Problem = problem }, problem.Status);

    public static CookieOptions CookieFor(TimeSpan age) => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = age, IsEssential = true };

    internal async Task ReadForm()
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Upload.Limit>() is null || context.Request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) is not true)
        {
            _form = await context.Request.ReadFormAsync(Cancellation);
            return;
        }

        // Kept with the request, where the token is looked for: the form is not read to its end.
        (var fields, File) = await Upload.Read(context.Request, Cancellation);
        context.Request.Form = _form = fields;
    }
}
