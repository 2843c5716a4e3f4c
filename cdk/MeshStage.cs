using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace TaskMesh.Cdk;

/// <summary>One installation of the mesh, such as "prod" or a developer's own. Several stand in one account: every name carries the stage.</summary>
public sealed partial record MeshStage
{
    public const string Default = "dev";

    public const string Rule = "must be 1 to 20 lower-case letters and digits, beginning with a letter";

    private MeshStage(string name) => Name = name;

    public string Name { get; }

    public static bool TryParse(string name, [NotNullWhen(true)] out MeshStage? stage)
    {
        stage = Form().IsMatch(name) ? new(name) : null;
        return stage is not null;
    }

    /// <summary>The name of a part of this stage, as users and the AWS console see it.</summary>
    public string NameOf(string part) => $"taskmesh-{Name}-{part}";

    /// <summary>No hyphen, so that a name tells where the stage ends; short, because the names of roles end at 64 characters.</summary>
    [GeneratedRegex("^[a-z][a-z0-9]{0,19}\\z")]
    private static partial Regex Form();
}
