using Amazon.CDK;
using Amazon.CDK.Assertions;

// Constructs live in one Node process behind one pipe, which does not serve two tests at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TaskMesh.Cdk.Tests;

/// <summary>The template of stage "dev", synthesised once for the tests of a class and only when one of them runs: Node may be missing.</summary>
public sealed class SynthesisedMesh
{
    private readonly Lazy<Template> _template = new(() => TemplateOf("dev"));

    public Template Template => _template.Value;

    public static Template TemplateOf(string stageName)
    {
        Assert.True(MeshStage.TryParse(stageName, out var stage));
        return Template.FromStack(new MeshStack(new App(new AppProps { AnalyticsReporting = false }), stage));
    }
}
