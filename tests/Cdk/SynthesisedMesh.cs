using Amazon.CDK;
using Amazon.CDK.Assertions;

// Constructs live in one Node process behind one pipe, which does not serve two tests at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TaskMesh.Cdk.Tests;

/// <summary>The template of stage "dev", synthesised once for all tests and only when one of them runs: Node may be missing.</summary>
public static class SynthesisedMesh
{
    private static readonly Lazy<Template> DevTemplate = new(() => TemplateOf([]));

    private static readonly Lazy<MeshTemplate> DevMesh = new(() => new MeshTemplate(Template));

    public static Template Template => DevTemplate.Value;

    public static MeshTemplate Dev => DevMesh.Value;

    public static MeshTemplate With(params (string Name, object Value)[] context) =>
        new(TemplateOf(context.ToDictionary(value => value.Name, value => value.Value)));

    private static Template TemplateOf(Dictionary<string, object> context) =>
        Template.FromStack(new MeshStack(
            new App(new AppProps { AnalyticsReporting = false }), MeshOptions.Read(context.GetValueOrDefault), MeshPackages.In(null)));
}
