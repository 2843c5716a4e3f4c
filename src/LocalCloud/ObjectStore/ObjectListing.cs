namespace TaskMesh.LocalCloud.ObjectStore;

/// <summary>One page of ListObjectsV2: objects and, with a delimiter, common prefixes, both in the order of keys.</summary>
/// <param name="Next">The key or prefix after which the next page begins; null at the end.</param>
public sealed record ObjectListing(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> Prefixes, string? Next)
{
    public static ObjectListing Of(IEnumerable<StoredObject> all, string prefix, string delimiter, string after, int most)
    {
        var (objects, prefixes, last) = (new List<StoredObject>(), new List<string>(), (string?)null);
        var candidates = all.Where(candidate => candidate.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(candidate => candidate.Key, StringComparer.Ordinal);
        foreach (var candidate in candidates)
        {
            var end = delimiter.Length == 0 ? -1 : candidate.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var name = end < 0 ? candidate.Key : candidate.Key[..(end + delimiter.Length)];
            if (string.CompareOrdinal(name, after) <= 0 || name == last)
                continue;
            if (objects.Count + prefixes.Count == most)
                return new ObjectListing(objects, prefixes, last);
            last = name;
            if (end < 0)
                objects.Add(candidate);
            else
                prefixes.Add(name);
        }
        return new ObjectListing(objects, prefixes, null);
    }
}
