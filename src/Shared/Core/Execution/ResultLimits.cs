using TaskMesh.Core.Configuration;

namespace TaskMesh.Core.Execution;

/// <summary>How much an attempt may return, in bytes of JSON.</summary>
/// <param name="InlineBytes">Up to here within the report; above it in the object store.</param>
/// <param name="QuotaBytes">No more than this, parts included.</param>
public sealed record ResultLimits(int InlineBytes = ResultLimits.DefaultInlineBytes, long QuotaBytes = ResultLimits.DefaultQuotaBytes)
{
    public const int DefaultInlineBytes = 200 * 1024;
    public const long DefaultQuotaBytes = 256L * 1024 * 1024;

    /// <summary>TASKMESH_RESULT_QUOTA: bytes that an attempt may return.</summary>
    public static ResultLimits Read(SettingsReader reader) =>
        new(QuotaBytes: reader.Number("TASKMESH_RESULT_QUOTA", (int)DefaultQuotaBytes, DefaultInlineBytes, int.MaxValue));

    /// <summary>A report has levels of its own around a result, and is read to 64.</summary>
    public const int MostLevels = 56;
}
