using System.Globalization;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Cairn.Web.Components.Notes;

/// <summary>A parsed note as elements. Only what is named here becomes an element, and every text and address goes through the encoder of the pages: there is no HTML to be cleaned.</summary>
internal sealed class NoteBlocks
{
    /// <summary>Characters of addresses. One that is written once may be linked thousands of times.</summary>
    private const int MostOfAddresses = 2 * NoteText.Longest;

    private int _heading = 1, _addresses;
    private bool _linked;

    public static RenderFragment Of(MarkdownDocument note) => builder => new NoteBlocks().Blocks(builder, note);

    private void Blocks(RenderTreeBuilder to, ContainerBlock blocks)
    {
        foreach (var block in blocks) Block(to, block);
    }

    private void Block(RenderTreeBuilder to, Block block)
    {
        switch (block)
        {
            case HeadingBlock { Inline.FirstChild: not null } heading:
                _heading = Math.Min(Math.Min(_heading + 1, heading.Level + 1), 6); // below the head of the page, and none left out
                Element(to, "h" + _heading.ToString(CultureInfo.InvariantCulture), () => Inlines(to, heading.Inline), written: true);
                break;
            case ParagraphBlock { Parent: ListItemBlock { Parent: ListBlock { IsLoose: false } } } tight:
                Inlines(to, tight.Inline);
                break;
            case ParagraphBlock paragraph:
                Element(to, "p", () => Inlines(to, paragraph.Inline), written: true);
                break;
            case ListBlock list:
                to.OpenElement(0, list.IsOrdered ? "ol" : "ul");
                if (list.IsOrdered && int.TryParse(list.OrderedStart, NumberStyles.None, CultureInfo.InvariantCulture, out var start) && start != 1) to.AddAttribute(1, "start", start.ToString(CultureInfo.InvariantCulture));
                foreach (var item in list.OfType<ListItemBlock>()) Element(to, "li", () => Blocks(to, item), written: true);
                to.CloseElement();
                break;
            case QuoteBlock quote:
                Element(to, "blockquote", () => Blocks(to, quote));
                break;
            case CodeBlock code:
                to.OpenElement(0, "pre");
                to.AddAttribute(1, "class", "code");
                to.AddAttribute(2, "tabindex", "0");
                to.AddContent(3, code.Lines.ToString());
                to.CloseElement();
                break;
            case ThematicBreakBlock:
                Element(to, "hr", () => { });
                break;
            case Table table:
                Grid(to, table);
                break;
        }
    }

    private void Grid(RenderTreeBuilder to, Table table)
    {
        Element(to, "table", () =>
        {
            foreach (var row in table.OfType<TableRow>())
                Element(to, "tr", () =>
                {
                    for (var at = 0; at < row.Count; at++)
                    {
                        to.OpenElement(0, row.IsHeader ? "th" : "td");
                        if (row.IsHeader) to.AddAttribute(1, "scope", "col");
                        if (at < table.ColumnDefinitions.Count && table.ColumnDefinitions[at].Alignment is TableColumnAlign.Right) to.AddAttribute(2, "class", "number");
                        to.AddAttribute(3, "dir", "auto");
                        foreach (var block in (TableCell)row[at])
                            if (block is ParagraphBlock paragraph) Inlines(to, paragraph.Inline);
                        to.CloseElement();
                    }
                });
        });
    }

    private void Inlines(RenderTreeBuilder to, ContainerInline? inlines)
    {
        for (var inline = inlines?.FirstChild; inline is not null; inline = inline.NextSibling) Inline(to, inline);
    }

    private void Inline(RenderTreeBuilder to, Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                to.AddContent(0, literal.Content.ToString());
                break;
            case HtmlEntityInline entity:
                to.AddContent(0, entity.Transcoded.ToString());
                break;
            case CodeInline code:
                Element(to, "code", () => to.AddContent(0, code.Content));
                break;
            case EmphasisInline emphasis:
                Element(to, emphasis.DelimiterChar == '~' ? "s" : emphasis.DelimiterCount == 2 ? "strong" : "em", () => Inlines(to, emphasis));
                break;
            case LineBreakInline:
                Element(to, "br", () => { }); // as in MLflow's own pages
                break;
            case TaskList task:
                to.AddContent(0, task.Checked ? "☑" : "☐");
                break;
            case AutolinkInline { IsEmail: true } mailbox:
                Link(to, "mailto:" + mailbox.Url, () => to.AddContent(0, mailbox.Url));
                break;
            case AutolinkInline link:
                Link(to, link.Url, () => to.AddContent(0, link.Url));
                break;
            case LinkInline { IsImage: true } image:
                Picture(to, image.Url ?? "", Words(image));
                break;
            case LinkInline link:
                Link(to, link.Url ?? "", () => Inlines(to, link));
                break;
            case ContainerInline other:
                Inlines(to, other);
                break;
        }
    }

    private void Link(RenderTreeBuilder to, string address, Action text)
    {
        var isTooMuch = !Counted(address);
        if (_linked || isTooMuch || !NoteText.MayLead(address))
        {
            text();
            if (!_linked && !isTooMuch && address.Length > 0) to.AddContent(0, $" ({Format.Clip(address, 200)})"); // seen, and nowhere to be led
            return;
        }

        to.OpenElement(0, "a");
        to.AddAttribute(1, "class", "link");
        to.AddAttribute(2, "href", address);
        to.AddAttribute(3, "rel", "noopener noreferrer nofollow ugc");
        _linked = true;
        text();
        _linked = false;
        to.CloseElement();
    }

    private void Picture(RenderTreeBuilder to, string address, string alternative)
    {
        if (!NoteText.MayShow(address) || !Counted(address))
        {
            Link(to, address, () => to.AddContent(0, alternative.Length > 0 ? alternative : "picture"));
            return;
        }

        to.OpenElement(0, "img");
        to.AddAttribute(1, "src", address);
        to.AddAttribute(2, "alt", alternative);
        to.AddAttribute(3, "loading", "lazy");
        to.CloseElement();
    }

    /// <returns>False: with it there would be more than a note has room for.</returns>
    private bool Counted(string address)
    {
        if (_addresses + address.Length > MostOfAddresses) return false;
        _addresses += address.Length;
        return true;
    }

    private static string Words(ContainerInline inlines) => string.Concat(inlines.Descendants().OfType<LiteralInline>().Select(literal => literal.Content.ToString()));

    /// <param name="written">Text of its own, which says by its first letter in which direction it is read.</param>
    private static void Element(RenderTreeBuilder to, string name, Action content, bool written = false)
    {
        to.OpenElement(0, name);
        if (written) to.AddAttribute(1, "dir", "auto");
        content();
        to.CloseElement();
    }
}
