using System.Globalization;
using System.Text;
using Cairn.Projects.Samples;

namespace Cairn.Projects;

/// <summary>
/// Customers of a telephone company that does not exist, some of whom leave. Made up from a seed: the same seed gives the same
/// bytes on any machine. There is something to learn (a model that knew the truth would reach a ROC AUC of about 0.87), no
/// single column has it all, and a few values are missing, as in real data.
/// </summary>
public static class ChurnSample
{
    public const string Target = "churned";

    public const string Entity = "customer_id";

    public const int DefaultRows = 5_000;

    public const int DefaultSeed = 42;

    /// <summary>Writes a CSV file, whole or not at all. Folders on the way are made.</summary>
    public static void Write(string path, int rows = DefaultRows, int seed = DefaultSeed)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var next = full + ".next";
        using (var writer = new StreamWriter(next, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" })
        {
            writer.WriteLine(
                "customer_id,region,age,contract,payment_method,paperless_billing,internet,tenure_months,monthly_charge,total_charge,data_gb_per_month,support_calls_90d,late_payments_12m,satisfaction,churned");
            foreach (var c in SampleCustomer.Draw(rows, seed))
            {
                writer.WriteLine(string.Join(
                    ',', c.Id, c.Region, c.Age, c.Contract, c.Payment, c.Paperless ? "Yes" : "No", c.Internet, c.Tenure, Money(c.MonthlyCharge), Money(c.TotalCharge),
                    c.DataGb?.ToString("0.0", CultureInfo.InvariantCulture), c.SupportCalls, c.LatePayments, c.Satisfaction, c.Churned ? "Yes" : "No"));
            }
        }

        File.Move(next, full, overwrite: true);
    }

    private static string? Money(double? amount) => amount?.ToString("0.00", CultureInfo.InvariantCulture);
}
