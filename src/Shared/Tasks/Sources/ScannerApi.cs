using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Sources;

/// <summary>The part of Nessus' REST interface that a scan needs: developer.tenable.com/reference/navigate.</summary>
internal sealed class ScannerApi(IWebSource web, WebMember member, CancellationToken cancellation)
{
    /// <summary>Lists each host for which the credentials were good.</summary>
    private const int ValidCredentialsPlugin = 141118;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(30);

    public string Name => member.Name;

    /// <summary>How many scans it runs at once.</summary>
    public int Capacity => member.Capacity;

    public static string NameFor(Guid task) => $"taskmesh/{task}";

    /// <summary>All scanners that this worker knows, each with its scans, the oldest first.</summary>
    public static async Task<IReadOnlyList<(ScannerApi Api, IReadOnlyList<ScannerScan> Scans)>> LookAtAllAsync(TaskContext context)
    {
        var members = new List<(ScannerApi, IReadOnlyList<ScannerScan>)>();
        foreach (var member in context.Web.MembersOf(OutsideScan.Provider))
        {
            var api = new ScannerApi(context.Web, member, context.Cancellation);
            members.Add((api, await api.ListAsync()));
        }
        return members.Count > 0
            ? members
            : throw new ScannerException(ErrorClass.Fatal, $"this worker knows no '{OutsideScan.Provider}': see TASKMESH_EXTERNAL_MEMBERS");
    }

    /// <summary>Deletes every scan of that name; those that run are stopped first.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<int> DeleteAsync(IReadOnlyList<(ScannerApi Api, IReadOnlyList<ScannerScan> Scans)> members, string name)
    {
        var found = members.SelectMany(member => member.Scans, (member, scan) => (member.Api, Scan: scan)).Where(
            scan => scan.Scan.Name == name).ToArray();
        foreach (var (api, scan) in found)
        {
            if (scan.IsBusy)
                await api.SendAsync("POST", $"/scans/{Number(scan.Id)}/stop", mayBeGone: true);
            await api.SendAsync("DELETE", $"/scans/{Number(scan.Id)}", mayBeGone: true);
        }
        return found.Length;
    }

    public Task CreateAsync(string template, string name, string targets) => SendAsync("POST", "/scans", new JsonObject
    {
        ["uuid"] = template,
        ["settings"] = new JsonObject { ["name"] = name, ["text_targets"] = targets, ["enabled"] = false },
    });

    public Task LaunchAsync(long scan) => SendAsync("POST", $"/scans/{Number(scan)}/launch");

    public async Task<(int Hosts, bool LoggedIn)> FindingsAsync(long scan)
    {
        var found = await AskAsync("GET", $"/scans/{Number(scan)}", ScannerJson.Default.ScannerFindings);
        return (found.Hosts?.Count ?? 0, found.Vulnerabilities?.Any(plugin => plugin.PluginId == ValidCredentialsPlugin) == true);
    }

    public async Task<long> ExportAsync(long scan) => (await AskAsync(
        "POST", $"/scans/{Number(scan)}/export", ScannerJson.Default.ScannerExport, new JsonObject { ["format"] = "nessus" })).File;

    public async Task<bool> IsReadyAsync(long scan, long file) => (await AskAsync(
        "GET", $"/scans/{Number(scan)}/export/{Number(file)}/status", ScannerJson.Default.ScannerExportStatus)).Status == "ready";

    public async Task<string> DownloadAsync(long scan, long file) =>
        Encoding.UTF8.GetString((await SendAsync("GET", $"/scans/{Number(scan)}/export/{Number(file)}/download")).Body.Span);

    private async Task<IReadOnlyList<ScannerScan>> ListAsync() =>
        [.. ((await AskAsync("GET", "/scans", ScannerJson.Default.ScannerList)).Scans ?? []).OrderBy(scan => scan.Id)];

    private async Task<T> AskAsync<T>(string method, string path, JsonTypeInfo<T> type, JsonObject? body = null)
    {
        var answer = await SendAsync(method, path, body);
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, type)!;
        }
        catch (JsonException)
        {
            throw new ScannerException(ErrorClass.Retryable, $"{Name} answered {method} {path} with something else than its JSON");
        }
    }

    private async Task<WebAnswer> SendAsync(string method, string path, JsonObject? body = null, bool mayBeGone = false)
    {
        var answer = await web.SendAsync(Name, new WebCall(method, path, body?.ToJsonString()), cancellation);
        return answer.Status switch
        {
            >= 200 and < 300 => answer,
            404 when mayBeGone => answer,
            429 or 503 => throw new ScannerException(ErrorClass.Retryable, $"{Name} is busy", answer.RetryAfter ?? AskAgainAfter),
            401 or 403 => throw new ScannerException(ErrorClass.Fatal, $"{Name} refused the key"),
            _ => throw new ScannerException(ErrorClass.Retryable, $"{Name} answered {method} {path} with status {answer.Status}"),
        };
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
