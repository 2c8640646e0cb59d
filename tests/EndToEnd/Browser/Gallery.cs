using Cairn.Web.Components;
using Cairn.Web.Components.Figures;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>Every component that a page is made of, on one page, to be looked at.</summary>
public sealed class Gallery : ComponentBase
{
    protected override void BuildRenderTree(RenderTreeBuilder builder) => Put<AppShell>(builder, ("Title", "Gallery"), ("ChildContent", (RenderFragment)Content));

    private static void Content(RenderTreeBuilder page)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;
        Put<PageHead>(page, ("Title", "Gallery"), ("Lede", "Every component."), ("Marks", Part(inner => Put<Pill>(inner, ("Status", "champion")))), ("Actions", Part(Promote)));
        Put<Tabs>(page, ("Label", "Gallery"), ("Current", "/gallery"), ("Items", new Tabs.Tab[] { new("All", "/gallery", 14), new("None", "/gallery/none") }));
        Put<Banner>(page, ("Tone", "warn"), ("Title", "Drift in two columns"), ("ChildContent", Part(inner => inner.AddContent(0, "PSI 0.27 and 0.23, above 0.20."))));
        Put<Stats>(page, ("ChildContent", Part(inner =>
        {
            Put<Stat>(inner, ("Label", "Predictions today"), ("Value", "61,204"), ("Note", "4 % more than last Saturday"), ("Picture", Part(spark => Put<Spark>(spark, ("Values", new double[] { 1, 2, 2, 5, 9 })))));
            Put<Stat>(inner, ("Label", "Latency, p99"), ("Value", "2.9"), ("Unit", "ms"));
        })));
        Card(page, "States", inner =>
        {
            foreach (var status in new[] { "finished", "running", "failed", "refused", "no_signal", "undecided", "challenger", "killed", "drift" }) Put<Pill>(inner, ("Status", status));
            Put<Progress>(inner, ("What", "Batch prediction"), ("Value", 0.6));
            Put<Progress>(inner, ("What", "Waiting for a worker"), ("Value", null));
        });
        Card(page, "Fields", inner =>
        {
            Put<Field>(inner, ("Name", "tenure"), ("Label", "tenure"), ("Value", "-3"), ("Type", "number"), ("Problem", "−3 was found; a whole number from 0 on was expected."));
            Put<Field>(inner, ("Name", "contract"), ("Label", "Contract"), ("Options", new (string, string)[] { ("m", "Month-to-month"), ("y", "One year") }), ("Hint", "as signed"));
        });
        Card(page, "Drawings", inner =>
        {
            Put<Histogram>(inner, ("Counts", new long[] { 40, 12, 9, 8, 14 }), ("Label", "tenure, 0 to 72 months"), ("Mark", 1));
            Put<Gauge>(inner, ("Value", 0.69), ("Threshold", 0.1), ("Label", "probability of leaving"));
            Put<Forest>(inner, ("Value", 0.0045), ("Low", -0.0013), ("High", 0.0103), ("Margin", -0.005), ("Left", "v6 better"), ("Right", "v7 better"), ("What", "ROC AUC, v7 minus v6"));
            Put<Gantt>(inner, ("Start", 1_000_000L), ("End", 4_100_000L), ("Low", 0L), ("High", 9_000_000L), ("Status", "succeeded"));
        });
        Card(page, "Flow", inner => inner.AddContent(0, (RenderFragment)(scroll =>
        {
            scroll.OpenElement(1, "div");
            scroll.AddAttribute(2, "class", "table-wrap");
            scroll.AddAttribute(3, "tabindex", "0");
            scroll.AddAttribute(4, "role", "region");
            scroll.AddAttribute(5, "aria-label", "Tasks");
            scroll.AddContent(6, Part(dag => Put<Dag>(dag, ("Label", "Tasks and what they wait for"), ("Nodes", new Dag.Node[]
            {
                new("snapshot", "succeeded", [], "#a", "5,000 rows"), new("train:xgboost", "succeeded", ["snapshot"], "#b"), new("train:forest", "running", ["snapshot"], "#c", "62 %"), new("gate", "pending", ["train:xgboost", "train:forest"], "#d"),
            }))));
            scroll.CloseElement();
        })));
        Card(page, "Chart", inner => Put<Chart>(
            inner, ("Kind", "line"), ("Caption", "Share found against share flagged"), ("Head", new[] { "flagged", "found" }), ("Rows", new IReadOnlyList<string>[] { ["0", "0"], ["0.5", "0.8"], ["1", "1"] }),
            ("Option", new { xAxis = new { type = "value" }, series = new object[] { new { type = "line", name = "this </script><b>run", color = "--chart-1", data = new[] { new[] { 0d, 0 }, [0.5, 0.8], [1, 1] } } } })));
        Card(page, "What it stands on", inner =>
        {
            Put<Stones>(inner, ("Items", new Stones.Stone[] { new("Prediction 01a2161d", "just now", This: true), new("Model version churn v6"), new("Run noble-egret-303"), new("Dataset customers v4", "sha256 9f2ce71b") }));
            Put<Timeline>(inner, ("Items", new Timeline.Moment[] { new(now, "v7 became challenger", "all gates hold", "info"), new(now, "v6 became champion", "by local-admin", "ok") }));
            Put<Code>(inner, ("Text", "cairn run churn\ncairn promote churn 7"), ("Label", "Commands"));
        });
    }

    private static void Promote(RenderTreeBuilder builder) => Put<Confirm>(
        builder, ("Id", "promote"), ("Act", "Promote v7"), ("Title", "Promote churn v7?"), ("Action", "/theme"), ("Reason", true), ("Primary", true),
        ("ChildContent", Part(inner => inner.AddMarkupContent(0, "<p>v7 becomes champion and answers all traffic of deployment churn. v6 stays ready to take over again.</p>"))));

    private static void Card(RenderTreeBuilder page, string title, Action<RenderTreeBuilder> content) => Put<Card>(page, ("Title", title), ("ChildContent", Part(content)));

    private static RenderFragment Part(Action<RenderTreeBuilder> content) => builder => content(builder);

    private static void Put<T>(RenderTreeBuilder builder, params (string Name, object? Value)[] parameters) where T : IComponent
    {
        // Rendered once and never compared, so that all may have the same sequence.
        builder.OpenComponent<T>(0);
        foreach (var (name, value) in parameters) builder.AddComponentParameter(1, name, value);
        builder.CloseComponent();
    }
}
