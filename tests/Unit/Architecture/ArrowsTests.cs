using System.IO.Enumeration;
using System.Xml.Linq;
using static TaskMesh.Unit.Architecture.Findings;

namespace TaskMesh.Unit.Architecture;

public class ArrowsTests
{
    /// <summary>Which projects each project may refer to. A new arrow is a decision: see docs/adr/0002.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Core"] = [],
        ["Tasks"] = ["Core"],
        ["Postgres"] = ["Core"],
        ["Aws"] = ["Core"],
        ["Manager"] = ["Core", "Tasks", "Postgres", "Aws"],
        ["Workers.External"] = ["Core", "Tasks", "Aws"],
        ["Workers.Internal"] = ["Core", "Tasks", "Postgres", "Aws"],
        ["Workers.BareMetal"] = ["Core", "Tasks", "Postgres", "Aws"],
        ["LocalCloud"] = [],
        ["Cli"] =
        [
            "Core", "Tasks", "Postgres", "Aws", "Manager", "Workers.External", "Workers.Internal", "Workers.BareMetal", "LocalCloud",
        ],
        ["Cdk"] = ["Core"],
    };

    /// <summary>Who may refer to a package. One that is not named here belongs to whichever single project uses it.</summary>
    private static readonly (string Package, string[] Projects)[] Owners =
    [
        ("Dapper", ["Postgres"]),
        ("Npgsql", ["Postgres", "LocalCloud"]),
        ("AWSSDK.*", ["Aws"]),
        ("Amazon.Lambda.*", ["Manager", "Workers.External", "Workers.Internal"]),
        ("SharpPcap", ["Workers.BareMetal"]),
        ("PacketDotNet", ["Workers.BareMetal"]),
        ("Amazon.CDK.*", ["Cdk"]),
        ("Constructs", ["Cdk"]),
    ];

    private static readonly string[] Product = ["src", "cdk"];

    [Fact]
    public void Projects_refer_to_each_other_along_the_arrows_only() => None(
        from project in Projects(Product)
        from target in project.References
        where !Arrows.GetValueOrDefault(project.Name, []).Contains(target)
        select $"{project.Path} -> {target}");

    [Fact]
    public void Every_project_has_its_arrows_written_down() =>
        None(Projects(Product).Select(project => project.Name).Except(Arrows.Keys));

    [Fact]
    public void Packages_stay_with_the_projects_that_own_them() => None(
        from project in Projects(Product)
        from package in project.Packages
        where OwnersOf(package) is { } owners && !owners.Contains(project.Name)
        select $"{project.Path} uses {package}");

    [Fact]
    public void A_package_without_an_owner_has_one_user() => None(
        from project in Projects(Product)
        from package in project.Packages
        where OwnersOf(package) is null
        group project.Name by package into users
        where users.Count() > 1
        select $"{users.Key} is used by {string.Join(", ", users)}");

    [Fact]
    public void The_core_needs_nothing_but_the_runtime()
    {
        var core = Assert.Single(Projects(Product), project => project.Name == "Core");

        None([.. core.References, .. core.Packages, .. core.Frameworks]);
    }

    [Fact]
    public void Stand_ins_know_nothing_of_the_product() => None(
        from project in Projects(["stand-ins"])
        from target in project.References
        where Arrows.ContainsKey(target)
        select $"{project.Path} -> {target}");

    private static string[]? OwnersOf(string package) =>
        Owners.FirstOrDefault(owner => FileSystemName.MatchesSimpleExpression(owner.Package, package)).Projects;

    private static Project[] Projects(string[] folders) => [.. CommittedFiles.In(folders, ".csproj").Select(Read)];

    private static Project Read(string path)
    {
        var xml = XDocument.Parse(CommittedFiles.Read(path));
        return new Project(path, Path.GetFileNameWithoutExtension(path))
        {
            References = [.. Included("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path))],
            Packages = [.. Included("PackageReference")],
            Frameworks = [.. Included("FrameworkReference")],
        };

        IEnumerable<string> Included(string item) => xml.Descendants(item).Select(element => $"{element.Attribute("Include")?.Value}");
    }

    private sealed record Project(string Path, string Name)
    {
        public required string[] References { get; init; }

        public required string[] Packages { get; init; }

        public required string[] Frameworks { get; init; }
    }
}
