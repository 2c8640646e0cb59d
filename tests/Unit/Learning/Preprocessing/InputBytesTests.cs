using System.Text;
using System.Text.Json;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Preprocessing;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Unit.Tests.Learning.Preprocessing;

public class InputBytesTests
{
    private static readonly Schema Contract = new(
    [
        new("id", ColumnType.Category), new("tenure", ColumnType.Integer), new("plan", ColumnType.Category), new("note", ColumnType.Text, Nullable: true),
        new("region", ColumnType.Category, Nullable: true), new("height", ColumnType.Number, Nullable: true), new("mail", ColumnType.Category, Nullable: true, Pii: true),
        new("paid", ColumnType.Boolean, AtPrediction: false, Nullable: true), new("left", ColumnType.Boolean),
    ], Key: "id", Target: new("left", "true"));

    private static readonly CompiledPlan Plan = Fit();

    /// <summary>Uses tenure and plan; region and height never changed in training.</summary>
    private static CompiledPlan Fit()
    {
        var frame = new Frame(4,
        [
            new CategoryColumn("id", [0, 1, 2, 3], ["a", "b", "c", "d"]), new NumberColumn("tenure", [1, 2, 3, 4]), new CategoryColumn("plan", [0, 1, 0, 1], ["basic", "gold"]),
            new TextColumn("note", ["x", "y", null, null]), new CategoryColumn("region", [0, 0, 0, 0], ["north"]), new NumberColumn("height", [7, 7, 7, 7]),
            new CategoryColumn("mail", [0, 0, 0, 0], ["m"]), new NumberColumn("paid", [0, 1, 0, 1]), new NumberColumn("left", [0, 1, 1, 0]),
        ]);
        return new(Pipeline.Fit(frame, [0, 1, 2, 3], Contract, [], dense: false), Contract);
    }

    private static List<(InputKind Kind, double Value, string Text)> Read(ReadOnlySpan<byte> bytes, int inputs)
    {
        var read = new List<(InputKind, double, string)>();
        var reader = new InputReader(bytes, inputs);
        while (reader.Next()) read.Add((reader.Kind, reader.Value, Encoding.UTF8.GetString(reader.Text)));
        return read;
    }

    private static List<(InputKind Kind, double Value, string Text)> Packed(string row)
    {
        var read = Plan.NewRow();
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(row));
        json.Read();
        Plan.Read(ref json, read, "$").ShouldBeNull();
        return Read(read.PackInputs(), Plan.Layout.Inputs.Count);
    }

    [Fact]
    public void Any_number_comes_back_with_its_bits() => Prop.ForAll<double[]>(values =>
    {
        double[] all = [.. values, -0.0, 0, 255, 256, -1, 0.5, 29.85, int.MaxValue, int.MinValue, int.MinValue - 1.0, 1L << 53, 1e300, float.MaxValue, double.NaN];
        var bytes = new byte[InputBytes.Most(all.Length)];
        var written = InputBytes.Write(bytes, all, [], new bool[all.Length], new(all.Length));

        var read = Read(bytes.AsSpan(0, written), all.Length);
        for (var i = 0; i < all.Length; i++) BitConverter.DoubleToInt64Bits(read[i].Value).ShouldBe(BitConverter.DoubleToInt64Bits(all[i]), $"{all[i]:R}");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_log_keeps_the_columns_of_the_contract_but_free_text_personal_data_and_what_is_not_known_yet()
    {
        Plan.Layout.Inputs.Select(input => input.Name).ShouldBe(["tenure", "plan", "region", "height"]);
        InputLayout.Read(Plan.Layout.Write()).Inputs.ShouldBe(Plan.Layout.Inputs);
        InputLayout.Read(Plan.Layout.Write()).Texts.ShouldBe(Plan.Layout.Texts);
    }

    [Fact]
    public void What_the_model_does_not_use_or_know_is_kept_as_it_was_said()
    {
        Packed("""{"tenure": 12, "plan": "pl\u0061tin", "region": "süd", "height": 1.5, "note": "private", "mail": "a@b", "id": "a"}""").ShouldBe(
            [(InputKind.Byte, 12, ""), (InputKind.Text, double.NaN, "platin"), (InputKind.Text, double.NaN, "süd"), (InputKind.Single, 1.5, "")]);
        Packed("""{"tenure": 12, "plan": "gold", "region": null}""").ShouldBe(
            [(InputKind.Byte, 12, ""), (InputKind.Byte, Plan.Layout.Texts.ToList().IndexOf("gold"), ""), (InputKind.Missing, double.NaN, ""), (InputKind.Missing, double.NaN, "")]);
    }

    [Fact]
    public void What_cannot_be_kept_says_so_and_is_not_taken_for_missing()
    {
        var tooLong = new string('x', UnknownTexts.Room + 1);
        Packed($$"""{"tenure": 300, "plan": "{{tooLong}}", "region": 7, "height": [1]}""").Select(input => input.Kind).ShouldBe(
            [InputKind.Whole, InputKind.NotKept, InputKind.NotKept, InputKind.NotKept]);
        Packed("""{"tenure": 300, "plan": "\ud800", "region": "\ud800", "height": 1e999}""").Select(input => input.Kind).ShouldBe(
            [InputKind.Whole, InputKind.NotKept, InputKind.NotKept, InputKind.NotKept]);
    }

    [Fact]
    public void A_row_does_not_remember_the_one_before_it()
    {
        var row = Plan.NewRow();
        foreach (var (text, kind) in new[] { ("\"platin\"", InputKind.Text), ("\"gold\"", InputKind.Byte), ("\"zinc\"", InputKind.Text) })
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes($$"""{"tenure": 1, "plan": {{text}}}"""));
            json.Read();
            Plan.Read(ref json, row, "$").ShouldBeNull();
            var plan = Read(row.PackInputs(), 4)[1];
            plan.Kind.ShouldBe(kind);
            if (kind == InputKind.Text) plan.Text.ShouldBe(text.Trim('"'));
        }
    }

    [Fact]
    public void Bytes_that_are_no_inputs_are_refused()
    {
        var bytes = new byte[InputBytes.Most(2)];
        var good = bytes[..InputBytes.Write(bytes, [1, 1e9], [], [false, false], new(2))];

        Read(good, 2).Count.ShouldBe(2);
        foreach (var broken in (byte[][])[[], good[..^1], [.. good, 0], [0xFF, .. good[1..]], [0x11, 1]]) Should.Throw<InvalidDataException>(() => Read(broken, 2));
    }
}
