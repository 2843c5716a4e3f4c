using System.Security.Cryptography;
using System.Text;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <param name="Id">Follows from the name, so it stays when LocalCloud starts again.</param>
public sealed record LaunchTemplate(string Id, string Name, IReadOnlyList<TemplateVersionConfiguration> Versions, int DefaultVersion);

/// <summary>Launch templates by name or id, and their versions by number, "$Latest" or "$Default".</summary>
public static class LaunchTemplates
{
    /// <summary>The template and version that a launch asks for; both null if it names none.</summary>
    public static (LaunchTemplate? Template, TemplateVersionConfiguration? Version) Asked(QueryParameters request, CloudConfiguration configuration)
    {
        var (name, id) = (request["LaunchTemplate.LaunchTemplateName"], request["LaunchTemplate.LaunchTemplateId"]);
        if (name is null && id is null)
            return (null, null);
        var template = Find(name, id, configuration);
        return (template, template.Versions[Number(template, request["LaunchTemplate.Version"] ?? "$Default") - 1]);
    }

    public static LaunchTemplate Find(string? name, string? id, CloudConfiguration configuration)
    {
        if (name is not null && id is not null)
            throw Ec2Errors.Combination("A launch template is named by its name or by its id, not by both.");
        name ??= configuration.LaunchTemplates.Keys.FirstOrDefault(known => IdOf(known) == id) ?? throw Ec2Errors.TemplateId(id ?? "");
        return configuration.LaunchTemplates.TryGetValue(name, out var template)
            ? new LaunchTemplate(IdOf(name), name, template.Versions, template.DefaultVersion)
            : throw Ec2Errors.TemplateName(name);
    }

    public static int Number(LaunchTemplate template, string version) => version switch
    {
        "$Latest" => template.Versions.Count,
        "$Default" => template.DefaultVersion,
        _ when WholeNumber.Parse(version) is { } number && number >= 1 && number <= template.Versions.Count => number,
        _ => throw Ec2Errors.TemplateVersion(version, template.Name),
    };

    private static string IdOf(string name) => $"lt-0{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]}";
}
