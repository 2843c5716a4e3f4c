using System.Globalization;
using TaskMesh.LocalCloud.Configuration;

namespace TaskMesh.LocalCloud.Processes;

/// <summary>What every programme of this cloud finds in its environment: the way here, and credentials that nobody checks.</summary>
internal static class ChildEnvironment
{
    public static Dictionary<string, string> Of(ProgramConfiguration program, CloudConfiguration configuration, Uri endpoint) =>
        new(program.Environment)
        {
            ["AWS_ENDPOINT_URL"] = endpoint.GetLeftPart(UriPartial.Authority),
            ["AWS_REGION"] = configuration.Region,
            ["AWS_DEFAULT_REGION"] = configuration.Region,
            ["AWS_ACCESS_KEY_ID"] = "local",
            ["AWS_SECRET_ACCESS_KEY"] = "local",
        };

    public static ChildStart Start(ProgramConfiguration program, Dictionary<string, string> environment, string outputFile) =>
        new(program.Command, outputFile)
        {
            Environment = environment,
            User = program.UserId?.ToString(CultureInfo.InvariantCulture),
        };
}
