using Amazon.CDK;
using TaskMesh.Cdk;

var app = new App(new AppProps { AnalyticsReporting = false });
if (!MeshStage.TryParse($"{app.Node.TryGetContext("stage") ?? MeshStage.Default}", out var stage))
{
    Console.Error.WriteLine($"The context value 'stage' {MeshStage.Rule}.");
    return 1;
}
_ = new MeshStack(app, stage);
app.Synth();
return 0;
