using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;

namespace TaskMesh.LocalCloud.Control;

/// <summary>What AWS has no operation for: faults while the cloud runs, and what befalls an instance. No bucket can have this name.</summary>
internal sealed class ControlEndpoint(InstanceFleet fleet, Ec2Endpoint ec2, Ec2Faults faults, TimeProvider clock)
{
    public const string PathPrefix = "/_local/";

    private const int SigStop = 19;
    private const int SigContinue = 18;

    public async Task HandleAsync(HttpContext context, CancellationToken cancellation)
    {
        var (request, response) = (context.Request, context.Response);
        switch ((request.Method, request.Path.Value![PathPrefix.Length..].Split('/')))
        {
            case ("GET", ["ec2", "launches"]):
                await JsonSerializer.SerializeAsync(response.Body, ec2.Launches, ConfigurationReader.Json, cancellation);
                break;
            case ("PUT", ["ec2", "faults"]):
                response.StatusCode = await ReplaceAsync(request, cancellation);
                break;
            case ("POST", ["instances", var id, var happening]):
                response.StatusCode = fleet.Find(id) is { } instance && Befall(instance, happening)
                    ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
                break;
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task<int> ReplaceAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            faults.Replace((await JsonSerializer.DeserializeAsync<Ec2Fault[]>(request.Body, ConfigurationReader.Json, cancellation))!);
            return StatusCodes.Status204NoContent;
        }
        catch (JsonException)
        {
            return StatusCodes.Status400BadRequest;
        }
    }

    private bool Befall(Instance instance, string happening)
    {
        switch (happening)
        {
            case "spot-notice":
                fleet.Interrupt(instance);
                return true;
            case "rebalance":
                fleet.Change(instance, wanted => wanted.RebalanceAt = clock.GetUtcNow());
                return true;
            case "pause":
                instance.Process?.Signal(SigStop);
                return true;
            case "resume":
                instance.Process?.Signal(SigContinue);
                return true;
            case "kill":
                instance.Process?.Kill();
                return true;
            default:
                return false;
        }
    }
}
