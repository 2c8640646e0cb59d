using System.Reflection;

namespace Cairn.Architecture.Tests;

public class ModuleBoundaryTests
{
    private static readonly string BaseLibrary = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    [Fact]
    public void Diagram_and_project_references_agree() =>
        Solution.DeclaredArrows.Order(StringComparer.Ordinal).ShouldBe(Solution.DrawnArrows.Order(StringComparer.Ordinal));

    [Fact]
    public void Public_surface_mentions_only_the_platform_and_the_base_library()
    {
        var leaks =
            from assembly in Solution.Assemblies
            from type in assembly.GetExportedTypes()
            where !Solution.IsModule(type) && !Solution.IsPage(type) && !Solution.IsTakenByPage(type) // the composition class of a module meets the framework
            from mentioned in TypeReferences.Surface(type, BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where !IsPlatform(mentioned) && !(assembly.GetName().Name == "Cairn.Access" && IsAspNetCore(mentioned)) // conventions for endpoints are what Access offers
            select $"{type.FullName} exposes {mentioned.FullName}";

        leaks.Distinct(StringComparer.Ordinal).ShouldBeEmpty();

        static bool IsPlatform(Type type) =>
            Path.GetDirectoryName(type.Assembly.Location) == BaseLibrary
            || Solution.Assemblies.Contains(type.Assembly);

        static bool IsAspNetCore(Type type) => type.Assembly.GetName().Name!.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal);
    }

    [Fact]
    public void Public_types_of_a_module_live_at_its_root()
    {
        var buried =
            from assembly in Solution.Modules
            from type in assembly.GetExportedTypes()
            where !type.IsNested && !Solution.IsPage(type) && !Solution.IsTakenByPage(type) && type.Namespace is not null && type.Namespace != assembly.GetName().Name
            select type.FullName;

        buried.ShouldBeEmpty();
    }

    [Fact]
    public void Every_slice_with_a_route_is_mapped_by_its_module()
    {
        var unmapped =
            from assembly in Solution.Assemblies
            let called = assembly.GetTypes().Where(t => Solution.IsModule(t) || t.Name is "CairnServer" or "MlflowProtocol" || t.Name.EndsWith("Area", StringComparison.Ordinal) || t.Name == "Areas").SelectMany(TypeReferences.Calls).ToHashSet()
            from slice in assembly.GetTypes()
            let map = slice.GetMethod("Map", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            where map is not null && map.GetParameters().Any(p => p.ParameterType.Name is "IEndpointRouteBuilder" or "PageRoutes" or "MlflowRoutes") && !called.Contains(map)
            select slice.FullName;

        unmapped.ShouldBeEmpty();
    }

    /// <summary>Contracts inside a module: the first folder must not know the second. The other way round is free.</summary>
    [Theory]
    [InlineData("Cairn.Learning.Models", "Cairn.Learning.Preprocessing")] // a model sees a feature vector and not where it came from
    [InlineData("Cairn.Flows", "Cairn.Data")] // the engine knows no module
    [InlineData("Cairn.Flows", "Cairn.Tracking")]
    [InlineData("Cairn.Flows", "Cairn.Learning")]
    [InlineData("Cairn.Flows", "Cairn.Projects")]
    public void Folder_does_not_know(string folder, string other)
    {
        var crossings =
            from assembly in Solution.Assemblies
            from type in assembly.GetTypes()
            where LiesIn(type, folder)
            from mentioned in TypeReferences.Of(type)
            where LiesIn(mentioned, other)
            select $"{type.FullName} --> {mentioned.FullName}";

        crossings.Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static bool LiesIn(Type type, string folder) =>
        type.Namespace is { } place && (place == folder || place.StartsWith(folder + ".", StringComparison.Ordinal));
}
