using System.Text;
using Cairn.Web.Runs;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Cairn.Web.Components.Notes;

/// <summary>What users write about runs, experiments, models and versions: Markdown, as in MLflow's notes, without HTML.</summary>
internal static class NoteText
{
    /// <summary>Characters; what is longer is shown as it is up to here.</summary>
    public const int Longest = 20_000;

    private const int Beginning = 1_000;

    /// <summary>Marks of lists and quotations at the beginning of one line. Each is looked at again for all that follow it, so many of them take a parser long.</summary>
    private const int Deepest = 50;

    /// <summary>Cells of tables. Each row is filled up to the widest, so a few thousand characters could be millions of them.</summary>
    private const int MostCells = 20_000;

    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().UseTaskLists().UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough).Build();

    /// <summary>Null: it is nested deeper or has wider tables than anybody reads, so it is no Markdown but a text.</summary>
    public static MarkdownDocument? Parse(string text)
    {
        if (IsDeeper(text, Deepest) || HasMoreCells(text, MostCells)) return null;
        try
        {
            return Markdown.Parse(text.Length > Longest ? Format.Clip(text, Longest) : text, _pipeline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsDeeper(string text, int most)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var marks = 0;
            for (var at = 0; at < line.Length && marks <= most && line[at] is '>' or '-' or '+' or '*' or '.' or ')' or ' ' or '\t' or (>= '0' and <= '9'); at++)
                if (line[at] == '>' || (line[at] is '-' or '+' or '*' or '.' or ')' && at + 1 < line.Length && line[at + 1] is ' ' or '\t')) marks++;
            if (marks > most) return true;
        }

        return false;
    }

    /// <summary>Whether its lines would come to more cells, were they all of one table.</summary>
    private static bool HasMoreCells(ReadOnlySpan<char> text, long most)
    {
        var (lines, widest) = (0L, 0);
        foreach (var line in text[..Math.Min(text.Length, Longest)].EnumerateLines()) (lines, widest) = (lines + 1, Math.Max(widest, line.Count('|')));
        return lines * widest > most;
    }

    /// <summary>The words of its beginning in one line, for a cell of a table.</summary>
    public static string Plain(string text)
    {
        if (Parse(Format.Clip(text, Beginning)) is not { } document) return text;
        var words = new StringBuilder();
        foreach (var node in document.Descendants())
        {
            var said = node switch { LiteralInline literal => literal.Content.ToString(), CodeInline code => code.Content, HtmlEntityInline entity => entity.Transcoded.ToString(), AutolinkInline link => link.Url, _ => null };
            if (said is not null) words.Append(said);
            else if (node is LineBreakInline or LeafBlock) words.Append(' ');
            if (node is CodeBlock block) words.Append(block.Lines.ToString());
        }

        return string.Join(' ', words.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Where a link of a note may lead: to the web, to a mailbox, and to a page of this server. Never to a script.</summary>
    public static bool MayLead(string? address) => IsHere(address) || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "mailto");

    /// <summary>
    /// What a note may show as a picture: an image that a run of this server keeps, which is answered with a policy of its own. Any other would have to be
    /// fetched from elsewhere, which the pages' policy refuses and which would tell others who reads the note.
    /// </summary>
    public static bool MayShow(string? address) => IsHere(address) && address is ['/', 'r', 'u', 'n', 's', '/', ..] && address.Contains("/files/", StringComparison.Ordinal) && address.IndexOfAny(['?', '#']) < 0 && GetRunFile.IsImage(address);

    /// <summary>A path of this server, whatever a browser makes of slashes, dots and control characters.</summary>
    private static bool IsHere(string? address) => address is ['/', not ('/' or '\\'), ..] or "/" && !address.Contains('\\', StringComparison.Ordinal) && !address.Contains("..", StringComparison.Ordinal) && !address.Any(char.IsControl);
}
