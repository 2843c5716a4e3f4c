using System.Buffers.Binary;
using System.Security.Cryptography;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>Content on its way into the store: a temporary file with the checksums of what was written so far.</summary>
internal sealed class ObjectUpload(string path) : IAsyncDisposable
{
    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write);
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private uint _crc32;

    public string Path => path;

    public long Length { get; private set; }

    public FileStream File => _file;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _md5.AppendData(bytes.Span);
        _crc32 = Crc32.Append(_crc32, bytes.Span);
        Length += bytes.Length;
        await _file.WriteAsync(bytes);
    }

    public byte[] Md5() => _md5.GetCurrentHash();

    /// <summary>As S3 writes it: big endian, base64.</summary>
    public string Crc32Text()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, _crc32);
        return Convert.ToBase64String(bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _md5.Dispose();
        System.IO.File.Delete(path);
    }
}
