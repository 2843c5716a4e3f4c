using TaskMesh.Core.Configuration;
using TaskMesh.Proof.Kinds;
using TaskMesh.Workers.BareMetal;

namespace TaskMesh.Proof.Chaos;

/// <summary>The production hosts with the kinds of the proofs, each as a process of its own.</summary>
internal static class ChaosHost
{
    public const string Verb = "host";

    public const string Manager = "manager";
    public const string Internal = "internal";
    public const string Worker = "worker";

    public static async Task<int> RunAsync(string role)
    {
        switch (role)
        {
            case Manager:
                await using (var function = new TaskMesh.Manager.Function(ProcessEnvironment.Read(), Places.Catalogue))
                    await function.RunAsync();
                return 0;
            case Internal:
                await new Workers.Internal.Function(ProcessEnvironment.Read(), Places.Catalogue).RunAsync();
                return 0;
            case Worker:
                await BareMetalWorkerHost.RunAsync(BareMetalWorkerSettings.Read(ProcessEnvironment.Read()), Places.Catalogue);
                return Environment.ExitCode;
            default:
                throw new ArgumentException($"There is no host '{role}'.");
        }
    }
}
