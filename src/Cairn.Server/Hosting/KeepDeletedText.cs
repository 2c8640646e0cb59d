using System.Globalization;
using Cairn.Kernel;
using Cairn.Tracking;

namespace Cairn.Server.Hosting;

/// <summary>How long what is deleted is kept, as it is written on a command line: days, or <c>never</c> is it purged.</summary>
internal static class KeepDeletedText
{
    private const int MostDays = 36_500;

    public static Answer<BinOptions> Read(string text) =>
        text == "never" ? new BinOptions { KeepDays = null }
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= MostDays ? new BinOptions { KeepDays = days }
        : new Refusal.Invalid("server.keep-deleted-invalid", $"'{text}' does not say how long what is deleted is kept. Give days from 0 (it is purged at once) to {MostDays}, or never.");
}
