using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.CDK.AWS.Lambda;
using Amazon.CDK.AWS.S3.Assets;
using Constructs;

namespace TaskMesh.Cdk;

/// <summary>
/// What <c>make publish</c> built: a zip for each function and the worker for both processors, named with their digests. Without them the template is
/// the same but for their places, so that it can be read and tested before anything is built.
/// </summary>
public sealed class MeshPackages
{
    private static readonly string Nothing = Path.Combine(AppContext.BaseDirectory, "unpublished");

    private readonly string _folder;
    private readonly PackageList? _list;

    private MeshPackages(string folder, PackageList? list)
    {
        _folder = folder;
        _list = list;
    }

    /// <summary>Why this cannot be deployed; null if it can.</summary>
    public string? Problem => _list switch
    {
        null => "the packages are missing: run `make publish`",
        { HasCertificates: false } => "the packages lack the certificates of RDS: run `make publish` with CERTIFICATES=FILE",
        _ => null,
    };

    public Architecture Architecture => _list?.FunctionArchitecture == "arm64" ? Architecture.ARM_64 : Architecture.X86_64;

    /// <param name="folder">Of <c>make publish</c>; null for none.</param>
    public static MeshPackages In(string? folder)
    {
        if (folder is null || !File.Exists(Path.Combine(folder, "packages.json")))
            return new("", null);
        return new(
            folder, JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, "packages.json")), PackageJson.Default.PackageList));
    }

    public Code Function(string name) => _list is null
        ? Code.FromAsset(Nothing, new AssetOptions { AssetHash = nameof(Nothing) })
        : Code.FromAsset(Path.Combine(_folder, $"{name}.zip"));

    /// <summary>Changes whenever the function does.</summary>
    public string Version(string name) => _list?.Digests[$"{name}.zip"] ?? "";

    public (Asset Archive, string Digest) Worker(Construct scope, string architecture)
    {
        var file = $"worker-{architecture}.tar.gz";
        return _list is null
            ? (new Asset(scope, "Worker", new AssetProps { Path = Nothing, AssetHash = nameof(Nothing) }), new string('0', 64))
            : (new Asset(scope, "Worker", new AssetProps { Path = Path.Combine(_folder, file) }), _list.Digests[file]);
    }
}

/// <param name="Digests">SHA-256 in lower-case hexadecimal, by file name.</param>
internal sealed record PackageList(string FunctionArchitecture, bool HasCertificates, IReadOnlyDictionary<string, string> Digests);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PackageList))]
internal sealed partial class PackageJson : JsonSerializerContext;
