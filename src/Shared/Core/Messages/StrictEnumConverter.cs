using System.Text.Json.Serialization;

namespace TaskMesh.Core.Messages;

/// <summary>Enumerations travel by name; a number is not a name.</summary>
public sealed class StrictEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(namingPolicy: null, allowIntegerValues: false)
    where TEnum : struct, Enum;
