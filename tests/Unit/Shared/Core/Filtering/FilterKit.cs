using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace TaskMesh.Unit.Shared.Core.Filtering;

/// <summary>Random JSON with the words of filters in it, most of it no filter.</summary>
internal static class FilterKit
{
    private static readonly Gen<string> Word = Gen.Elements(
        "field", "operator", "value", "and", "or", "not", "equals", "in", "within", "exists", "10.0.0.0/8", "port", "/a/0", "'; drop table x --", "");

    private static readonly Gen<string> Leaf = Gen.OneOf(
        Word.Select(word => JsonSerializer.Serialize(word)), Gen.Elements("null", "true", "1", "-1e5", "1e400", "\"\\ud800\"", "\"\\u0000\""));

    public static Arbitrary<string> AnyJson { get; } = Gen.Sized(Json).ToArbitrary();

    private static Gen<string> Json(int size) => size < 2 ? Leaf : Gen.OneOf(
        Leaf,
        Json(size / 3).ArrayOf().Select(items => $"[{string.Join(',', items)}]"),
        Members(size).Select(members => $"{{{string.Join(',', members.DistinctBy(member => member.Split(':')[0]))}}}"),
        Condition(size));

    private static Gen<string[]> Members(int size) => (
        from name in Word
        from value in Json(size / 3)
        select $"{JsonSerializer.Serialize(name)}:{value}").ArrayOf();

    private static Gen<string> Condition(int size) =>
        from op in Word
        from value in Json(size / 2)
        select $$"""{"field":"a","operator":"{{op}}","value":{{value}}}""";
}
