using Cairn.Kernel;

namespace Cairn.Projects.Samples;

/// <summary>One made-up customer, with the probability that decided whether he left.</summary>
internal sealed record SampleCustomer(
    string Id, string Region, int Age, string Contract, string Payment, bool Paperless, string Internet, int Tenure, double MonthlyCharge, double? TotalCharge,
    double? DataGb, int SupportCalls, int LatePayments, int? Satisfaction, double ChurnProbability, bool Churned)
{
    private static readonly string[] Regions = ["North", "East", "South", "West"];

    public static IEnumerable<SampleCustomer> Draw(int rows, int seed)
    {
        var dice = new Dice(unchecked((ulong)seed));
        for (var i = 0; i < rows; i++) yield return Draw(dice, i);
    }

    private static SampleCustomer Draw(Dice dice, int index)
    {
        var region = Regions[dice.Below(Regions.Length)];
        var age = Math.Clamp((int)Math.Round(46 + (15 * dice.Normal())), 18, 92);
        var internet = dice.Pick(("Fiber", 0.44), ("DSL", 0.34), ("None", 0.22));
        var contract = dice.Pick(("Monthly", 0.55), ("One year", 0.22), ("Two years", 0.23));
        var payment = dice.Pick(("Card", 0.28), ("Bank transfer", 0.28), ("Invoice", 0.44));
        var paperless = dice.Chance(payment == "Invoice" ? 0.45 : 0.7);

        // Who is bound longer has stayed longer; many monthly customers are new.
        var tenure = contract switch
        {
            "Monthly" => (int)(72 * Squared(dice.Unit())),
            "One year" => 3 + (int)(69 * dice.Unit()),
            _ => 12 + (int)(60 * Math.Sqrt(dice.Unit())),
        };
        var monthly = (internet switch { "Fiber" => 78, "DSL" => 55, _ => 21 }) + (9 * dice.Normal());
        monthly = Math.Round(Math.Max(18, monthly), 2);
        double? total = tenure == 0 ? null : Math.Round(monthly * tenure * (0.94 + (0.12 * dice.Unit())), 2); // no bill yet: blank
        double? data = internet == "None" ? null : Math.Round(Math.Max(0.5, (internet == "Fiber" ? 160 : 70) * (0.35 + dice.Unit() + (0.2 * dice.Normal()))), 1);
        var unhappy = dice.Normal(); // what nobody measures, but calls and answers show
        var calls = dice.Count(0.7 * PortableMath.Exp(0.55 * unhappy));
        var late = dice.Count(payment == "Invoice" ? 0.8 : 0.25);
        int? satisfaction = dice.Chance(0.3) ? null : Math.Clamp((int)Math.Round(7.2 - (1.5 * unhappy) + (0.9 * dice.Normal())), 0, 10);

        var logit = -1.5
            + (contract switch { "Monthly" => 1.15, "One year" => -0.5, _ => -1.5 })
            - (0.034 * Math.Min(tenure, 48))
            + (internet switch { "Fiber" => 0.75, "DSL" => 0, _ => -0.7 })
            + (0.95 * unhappy)
            + (0.32 * late)
            + (payment == "Invoice" ? 0.35 : 0)
            + (contract == "Monthly" && calls >= 2 ? 0.7 : 0) // free to go, and with reason
            + (internet == "Fiber" && data < 100 ? 0.6 : 0) // pays for what is not used
            + (age < 30 ? 0.3 : 0);
        var probability = PortableMath.Sigmoid(logit);
        return new(
            $"C{index + 10_001:00000}-{(char)('A' + dice.Below(26))}{(char)('A' + dice.Below(26))}", region, age, contract, payment, paperless, internet, tenure, monthly, total,
            data, calls, late, satisfaction, probability, dice.Chance(probability));
    }

    private static double Squared(double x) => x * x;
}
