using System.Text.Json;

namespace TaskMesh.Integration.Cli;

/// <summary>What a command answered.</summary>
internal sealed record CliAnswer(int Code, string Output, string Errors)
{
    /// <summary>Standard output as one JSON document.</summary>
    public JsonElement Json => JsonElement.Parse(Output);

    /// <summary>Standard output as one JSON document a line.</summary>
    public JsonElement[] JsonLines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    /// <summary>This answer, if the command ended well; otherwise the test fails with what it said.</summary>
    public CliAnswer Good()
    {
        Assert.True(Code == 0, $"exit code {Code}: {Errors}");
        return this;
    }
}
