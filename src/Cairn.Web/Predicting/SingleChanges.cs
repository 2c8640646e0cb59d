using System.Globalization;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Predicting;

/// <summary>What the champion would answer if one input were another: every other category, and steps over the range of a number.</summary>
/// <param name="Probability">As it is, by the same model.</param>
/// <param name="Best">For each input the smallest change that turns the answer, else the one that brings it nearest to that; the ones that turn it first.</param>
public sealed record SingleChanges(double Probability, double Threshold, long Version, IReadOnlyList<SingleChanges.Change> Best)
{
    private const int MostAsked = 400, Steps = 8, MostCategories = 20, Shown = 6;

    /// <summary>One input with another value.</summary>
    /// <param name="Words">tenure were 24</param>
    public sealed record Change(string Input, string Words, double Probability);

    public bool AnyTurns => Best.Any(change => Turns(change.Probability));

    internal static async Task<Loaded<SingleChanges>> Ask(PageRequest request, DeploymentWire deployment, RowForm form)
    {
        var asked = form.Fields.SelectMany(field => Values(field).Select(value => (field.Input, value.Value, value.Distance))).Take(MostAsked).ToList();
        var rows = new List<JsonElement> { form.ToElement() };
        rows.AddRange(asked.Select(one => form.ToElement(one.Input.Name, one.Value)));
        var answer = await request.Load((api, stop) => api.AskWhatIfAsync(deployment.Name, new WhatIfQuestion(rows), stop));
        if (answer.Value is not { } told) return new(null, answer.Problem);

        var now = told.Answers[0].Probability;
        var changes = new SingleChanges(now, told.Threshold, told.Version, []);
        var towards = now >= told.Threshold ? -1 : 1;
        var best = asked.Zip(told.Answers.Skip(1)).GroupBy(pair => pair.First.Input.Name, StringComparer.Ordinal)
            .Select(group => group.OrderByDescending(pair => changes.Turns(pair.Second.Probability)).ThenBy(pair => changes.Turns(pair.Second.Probability) ? pair.First.Distance : 0)
                .ThenByDescending(pair => towards * (pair.Second.Probability - now)).First())
            .Where(pair => towards * (pair.Second.Probability - now) > 0.0005)
            .OrderByDescending(pair => towards * (pair.Second.Probability - now))
            .Take(Shown)
            .Select(pair => new Change(pair.First.Input.Name, Words(pair.First.Input, pair.First.Value), pair.Second.Probability));
        return new(changes with { Best = [.. best] }, null);
    }

    public bool Turns(double probability) => probability >= Threshold != Probability >= Threshold;

    /// <summary>Other values and how far each is from the one at hand.</summary>
    private static IEnumerable<(JsonElement Value, double Distance)> Values(FormField field)
    {
        var (input, now) = (field.Input, field.Value.Trim());
        switch (input.Type)
        {
            case "boolean":
                return [(JsonSerializer.SerializeToElement(now != "true"), 1)];
            case "category":
                return (input.Categories ?? []).Take(MostCategories).Where(category => category != now).Select(category => (JsonSerializer.SerializeToElement(category), 1.0));
            case "number" or "integer" when field.Span is var (min, max) && double.TryParse(now, NumberStyles.Float, CultureInfo.InvariantCulture, out var value):
                return Enumerable.Range(0, Steps + 1).Select(step => min + ((max - min) * step / Steps)).Select(at => input.Type == "integer" ? Math.Round(at) : Round(at, max - min))
                    .Where(at => at >= min && at <= max && at != value).Distinct().Select(at => (JsonSerializer.SerializeToElement(at), Math.Abs(at - value)));
            default:
                return [];
        }
    }

    /// <summary>To a thousandth of the range: a value that a person would try.</summary>
    private static double Round(double value, double range) => Math.Round(value, Math.Clamp(3 - (int)Math.Ceiling(Math.Log10(range)), 0, 10));

    private static string Words(InputFieldWire input, JsonElement value) => $"{Format.Clip(input.Name, 60)} were {Format.Clip(value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => Format.Number(value.GetDouble()),
    }, 60)}";
}
