using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskMesh.Core.Workflow;

/// <summary>Durations as people write them: a number and one of ns, us, ms, s, m, h.</summary>
public static class Duration
{
    private static readonly (string Suffix, decimal Ticks)[] Units =
    [
        ("ns", 0.01m),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (suffix, ticks) in Units)
        {
            if (text is null || !text.EndsWith(suffix, StringComparison.Ordinal)
                || !decimal.TryParse(
                    text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                continue;
            if (number > TimeSpan.MaxValue.Ticks / ticks)
                return false;
            duration = new TimeSpan((long)(number * ticks));
            return true;
        }
        return false;
    }

    /// <summary>The shortest form that reads back as the same duration.</summary>
    public static string Write(TimeSpan duration)
    {
        var (suffix, ticks) = Units.Last(unit => unit.Ticks < 1 || duration.Ticks % unit.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks:0}{suffix}");
    }
}

/// <summary>Durations on the wire.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Duration.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("A duration is a number and one of ns, us, ms, s, m, h, such as \"30s\".");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Duration.Write(value));
}
