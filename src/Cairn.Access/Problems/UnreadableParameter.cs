using System.Globalization;
using System.Reflection;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Cairn.Access.Problems;

/// <summary>Which value of the path or query an endpoint could not read: binding that was generated while building answers 400 without a word.</summary>
internal static class UnreadableParameter
{
    /// <returns>The first value that is not of the type its handler takes; null when there is none.</returns>
    public static FieldProblem? Find(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<MethodInfo>() is not { } handler) return null;
        foreach (var (name, type) in handler.GetParameters().SelectMany(Named))
        {
            var found = context.Request.RouteValues.TryGetValue(name, out var routed) ? Convert.ToString(routed, CultureInfo.InvariantCulture) : (string?)context.Request.Query[name];
            if (!string.IsNullOrEmpty(found) && Expected(Nullable.GetUnderlyingType(type) ?? type, found) is { } expected) return new FieldProblem(name, found, expected);
        }

        return null;
    }

    private static IEnumerable<(string Name, Type Type)> Named(ParameterInfo parameter) =>
        parameter.GetCustomAttributes().Any(attribute => attribute is AsParametersAttribute)
            ? parameter.ParameterType.GetProperties().Select(property => (Name(property.GetCustomAttributes(), property.Name), property.PropertyType))
            : [(Name(parameter.GetCustomAttributes(), parameter.Name!), parameter.ParameterType)];

    private static string Name(IEnumerable<Attribute> attributes, string own) => attributes.OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? own;

    private static string? Expected(Type type, string found)
    {
        if (type == typeof(int)) return int.TryParse(found, CultureInfo.InvariantCulture, out _) ? null : $"a whole number up to {int.MaxValue}";
        if (type == typeof(long)) return long.TryParse(found, CultureInfo.InvariantCulture, out _) ? null : "a whole number";
        if (type == typeof(bool)) return bool.TryParse(found, out _) ? null : "true or false";
        return null;
    }
}
