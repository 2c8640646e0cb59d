using System.Collections;
using Cairn.Server;

namespace Cairn.Cli.Invoking;

/// <summary>Databases and stores outside, from the environment: there other users of the machine do not see their passwords.</summary>
internal static class OutsideSettings
{
    private const string Prefix = "CAIRN_CONNECTION_";

    /// <summary><c>CAIRN_CONNECTION_CRM</c> is the connection <c>crm</c>.</summary>
    public static OutsideOptions FromEnvironment() => new()
    {
        Connections = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(Prefix, StringComparison.Ordinal) && ((string)variable.Key).Length > Prefix.Length)
            .ToDictionary(variable => ((string)variable.Key)[Prefix.Length..].ToLowerInvariant(), variable => (string)variable.Value!, StringComparer.Ordinal),
        S3Endpoint = Of("CAIRN_S3_ENDPOINT"),
        S3Region = Of("CAIRN_S3_REGION") ?? Of("AWS_REGION"),
        S3AccessKey = Of("CAIRN_S3_ACCESS_KEY"),
        S3SecretKey = Of("CAIRN_S3_SECRET_KEY"),
    };

    private static string? Of(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
