using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>
/// Objects as files: a folder per bucket, a file per object, named by the hash of its key, so that no key leads out of the folder.
/// A file is complete or absent: it is written elsewhere and moved in place.
/// </summary>
/// <remarks>
/// <code>
/// content | JSON of the StoredObject | length of the JSON (4 bytes, big endian)
/// </code>
/// </remarks>
public sealed partial class FileObjects
{
    private const int LongestKeyBytes = 1024;

    private readonly string _folder;
    private readonly string _uploads;
    private readonly CloudIds _ids;

    public FileObjects(string folder, CloudIds ids)
    {
        _folder = folder;
        _ids = ids;
        // No bucket's name begins with a dot. What lies there was left by a LocalCloud that was killed.
        _uploads = Path.Combine(folder, ".uploads");
        if (Directory.Exists(_uploads))
            Directory.Delete(_uploads, recursive: true);
        Directory.CreateDirectory(_uploads);
    }

    public bool HasBucket(string bucket) => BucketName().IsMatch(bucket) && Directory.Exists(FolderOf(bucket));

    /// <summary>False if there is one already.</summary>
    public bool CreateBucket(string bucket)
    {
        if (!BucketName().IsMatch(bucket))
            throw S3Errors.BucketName();
        if (Directory.Exists(FolderOf(bucket)))
            return false;
        Directory.CreateDirectory(FolderOf(bucket));
        return true;
    }

    internal ObjectUpload BeginUpload() => new(Path.Combine(_uploads, _ids.Uuid().ToString("N")));

    /// <summary>Puts an upload in place.</summary>
    /// <param name="overwrite">False refuses to replace an object.</param>
    internal async Task CompleteAsync(ObjectUpload upload, string bucket, StoredObject about, bool overwrite, CancellationToken cancellation)
    {
        var trailer = JsonSerializer.SerializeToUtf8Bytes(about, StoredObjectJson.Default.StoredObject);
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, trailer.Length);
        await upload.File.WriteAsync(trailer, cancellation);
        await upload.File.WriteAsync(length, cancellation);
        upload.File.Flush(flushToDisk: true);
        try
        {
            File.Move(upload.Path, FileOf(bucket, about.Key), overwrite);
        }
        catch (IOException) when (!overwrite && File.Exists(FileOf(bucket, about.Key)))
        {
            throw S3Errors.Precondition();
        }
    }

    /// <summary>An object with its open file, whose content is at its beginning; null if there is none.</summary>
    public (StoredObject About, FileStream Content)? Open(string bucket, string key)
    {
        try
        {
            var file = File.OpenRead(FileOf(bucket, key));
            return (ReadTrailer(file), file);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public void Delete(string bucket, string key) => File.Delete(FileOf(bucket, key));

    public IEnumerable<StoredObject> All(string bucket)
    {
        foreach (var path in Directory.EnumerateFiles(FolderOf(bucket)))
        {
            using var file = File.OpenRead(path);
            yield return ReadTrailer(file);
        }
    }

    private static StoredObject ReadTrailer(FileStream file)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        file.Seek(-length.Length, SeekOrigin.End);
        file.ReadExactly(length);
        var trailer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        file.Seek(-length.Length - trailer.Length, SeekOrigin.End);
        file.ReadExactly(trailer);
        file.Seek(0, SeekOrigin.Begin);
        return JsonSerializer.Deserialize(trailer, StoredObjectJson.Default.StoredObject)!;
    }

    private string FolderOf(string bucket) => Path.Combine(_folder, bucket);

    private string FileOf(string bucket, string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        return bytes.Length <= LongestKeyBytes
            ? Path.Combine(FolderOf(bucket), Convert.ToHexStringLower(SHA256.HashData(bytes)))
            : throw S3Errors.KeyTooLong();
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex BucketName();
}
