using Amazon.CDK;
using TaskMesh.Cdk;

const int configurationError = 78;
var app = new App(new AppProps { AnalyticsReporting = false });
try
{
    _ = new MeshStack(app, MeshOptions.Read(app.Node.TryGetContext), MeshPackages.In(app.Node.TryGetContext("packages") as string));
    app.Synth();
    return 0;
}
catch (MeshOptionsException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return configurationError;
}
