using System.Text.Json.Serialization;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>What is known about an object beside its content.</summary>
/// <param name="ETag">The content's MD5, without the quotes.</param>
/// <param name="Headers">Those of the upload that a download gives back: content type, user metadata, checksum.</param>
public sealed record StoredObject(string Key, long Size, string ETag, DateTimeOffset Modified, IReadOnlyDictionary<string, string> Headers)
{
    [JsonIgnore]
    public string QuotedETag => $"\"{ETag}\"";
}

[JsonSerializable(typeof(StoredObject))]
internal sealed partial class StoredObjectJson : JsonSerializerContext;
