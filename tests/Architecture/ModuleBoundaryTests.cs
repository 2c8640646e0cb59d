using System.Reflection;

namespace Cairn.Architecture.Tests;

public class ModuleBoundaryTests
{
    [Fact]
    public void Diagram_and_project_references_agree() =>
        Solution.DeclaredArrows.Order(StringComparer.Ordinal).ShouldBe(Solution.DrawnArrows.Order(StringComparer.Ordinal));

    [Fact]
    public void Public_surface_mentions_only_the_platform_and_the_base_library()
    {
        var leaks =
            from assembly in Solution.Assemblies
            from type in assembly.GetExportedTypes()
            where !Solution.IsModule(type) // the one composition type per module
            from mentioned in TypeReferences.Surface(type, BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            let owner = mentioned.Assembly.GetName().Name!
            where !owner.StartsWith("Cairn.", StringComparison.Ordinal) && !owner.StartsWith("System.", StringComparison.Ordinal)
            select $"{type.FullName} exposes {mentioned.FullName}";

        leaks.ShouldBeEmpty();
    }

    [Fact]
    public void Public_types_of_a_module_live_at_its_root()
    {
        var buried =
            from assembly in Solution.Modules
            from type in assembly.GetExportedTypes()
            where !type.IsNested && type.Namespace is not null && type.Namespace != assembly.GetName().Name
            select type.FullName;

        buried.ShouldBeEmpty();
    }

    [Fact]
    public void Every_slice_with_a_route_is_mapped_by_its_module()
    {
        var unmapped =
            from assembly in Solution.Assemblies
            let mapped = assembly.GetTypes().Where(Solution.IsModule).SelectMany(TypeReferences.Of).ToHashSet()
            from slice in assembly.GetTypes()
            where slice.GetMethod("Map", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic) is not null
            where !mapped.Contains(slice)
            select slice.FullName;

        unmapped.ShouldBeEmpty();
    }

    // Contract "independent": Registry must not know Serving (Serving may know Registry).
    [Theory]
    [InlineData("Cairn.Tracking.Registry", "Cairn.Tracking.Serving")]
    public void Folder_does_not_know(string folder, string other)
    {
        var crossings =
            from assembly in Solution.Assemblies
            from type in assembly.GetTypes()
            where type.Namespace?.StartsWith(folder, StringComparison.Ordinal) is true
            from mentioned in TypeReferences.Of(type)
            where mentioned.Namespace?.StartsWith(other, StringComparison.Ordinal) is true
            select $"{type.FullName} --> {mentioned.FullName}";

        crossings.ShouldBeEmpty();
    }
}
