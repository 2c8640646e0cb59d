using System.Globalization;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Search;

/// <summary>What all searches have in common.</summary>
internal sealed record SearchRequest(IReadOnlyList<string> Experiments, string? Filter, IReadOnlyList<string> OrderBy, string? View, long? Most, string? PageToken)
{
    public static SearchRequest Read(ref ProtoReader reader)
    {
        IReadOnlyList<string> experiments = [], orderBy = [];
        string? filter = null, view = null, token = null;
        long? most = null;
        while (reader.Next())
        {
            if (reader.Is("experiment_ids"u8)) experiments = reader.Texts("experiment_ids");
            else if (reader.Is("filter"u8)) filter = reader.Text("filter");
            else if (reader.Is("order_by"u8)) orderBy = reader.Texts("order_by");
            else if (reader.Is("run_view_type"u8) || reader.Is("view_type"u8)) view = reader.Enum("view_type");
            else if (reader.Is("max_results"u8)) most = reader.Whole("max_results");
            else if (reader.Is("page_token"u8)) token = reader.Text("page_token");
            else reader.Skip();
        }

        return new(experiments, filter, orderBy, view, most, token);
    }

    /// <param name="unlessSaid">Null: it has to be said.</param>
    public int Size(int? unlessSaid, int most)
    {
        var size = Most ?? unlessSaid ?? 0;
        if (size < 1) throw MlflowException.Invalid($"Invalid value {size} for parameter 'max_results' supplied. It must be a positive integer");
        return size <= most ? (int)size : throw MlflowException.Invalid($"Invalid value {size} for parameter 'max_results' supplied. It must be at most {most}");
    }

    /// <value>The lifecycle stage to show; null: all.</value>
    public string? Stage => View switch
    {
        null or "" or "ACTIVE_ONLY" or "1" => "active",
        "DELETED_ONLY" or "2" => "deleted",
        "ALL" or "3" => null,
        _ => throw MlflowException.Invalid($"Invalid value \"{View}\" for parameter 'view_type' supplied. It is one of ACTIVE_ONLY, DELETED_ONLY and ALL."),
    };

    /// <summary>Where the page starts: numbers that <see cref="Token"/> wrote.</summary>
    public (int Stretch, int Offset) Start(int stretches = 1)
    {
        if (string.IsNullOrEmpty(PageToken)) return (0, 0);
        return Kernel.PageToken.Read(PageToken) is { Refusal: null } read && read.Value.Split(' ') is [var stretch, var offset]
            && int.TryParse(stretch, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s < stretches && int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
                ? (s, o)
                : throw OfAnotherSearch();
    }

    public MlflowException OfAnotherSearch() => MlflowException.Invalid($"Invalid page token '{PageToken}': it is not of this search. Leave it out to start at the first page.");

    public static string Token(int stretch, int offset) => Kernel.PageToken.Write(string.Create(CultureInfo.InvariantCulture, $"{stretch} {offset}"));
}
