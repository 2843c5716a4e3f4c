using TaskMesh.Core.Configuration;

namespace TaskMesh.Workers.External;

/// <summary>What an External worker takes from its environment. It has no database, and no variable that could name one.</summary>
/// <param name="Providers">Base address of each public service, by the name that tasks use.</param>
/// <param name="ObjectsBucket">Where results go that are too large for a message; null if nowhere.</param>
/// <param name="Contact">Goes into the User-Agent, so that a provider knows whom to ask.</param>
public sealed record ExternalWorkerSettings(
    string ManagerQueue, IReadOnlyDictionary<string, Uri> Providers, string? Contact, string? ObjectsBucket = null)
{
    private const string ProviderVariable = "TASKMESH_EXTERNAL_PROVIDERS";

    private static readonly Dictionary<string, Uri> Defaults = new() { ["crt.sh"] = new("https://crt.sh") };

    public static ExternalWorkerSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var settings = new ExternalWorkerSettings(
            reader.Required("TASKMESH_MANAGER_QUEUE_URL"),
            ReadProviders(reader),
            reader.Optional("TASKMESH_EXTERNAL_CONTACT"),
            reader.Optional("TASKMESH_OBJECTS_BUCKET"));
        reader.ThrowIfWrong();
        return settings;
    }

    private static Dictionary<string, Uri> ReadProviders(SettingsReader reader)
    {
        var providers = new Dictionary<string, Uri>(Defaults);
        foreach (var entry in reader.List(ProviderVariable))
        {
            var parts = entry.Split('=', 2);
            if (parts.Length == 2 && Uri.TryCreate(parts[1], UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                providers[parts[0]] = address;
            else
                reader.Wrong(ProviderVariable, $"'{entry}' is not name=http(s)://host");
        }
        return providers;
    }
}
