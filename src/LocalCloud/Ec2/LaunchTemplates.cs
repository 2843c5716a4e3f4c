using System.Security.Cryptography;
using System.Text;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>
/// Launch templates by name or id, and their versions by number, "$Latest" or "$Default". What is not in the configuration is forgotten at the end.
/// </summary>
public sealed class LaunchTemplates(CloudConfiguration configuration)
{
    private readonly Dictionary<string, LaunchTemplate> _templates = configuration.LaunchTemplates.ToDictionary(
        template => template.Key,
        template => new LaunchTemplate(IdOf(template.Key), template.Key, template.Value.Versions, template.Value.DefaultVersion));

    /// <summary>The template and version that a launch asks for, and the version's number; null if it names none.</summary>
    public (LaunchTemplate? Template, TemplateVersionConfiguration? Version, int Number) Asked(QueryParameters request)
    {
        var (name, id) = (request["LaunchTemplate.LaunchTemplateName"], request["LaunchTemplate.LaunchTemplateId"]);
        if (name is null && id is null)
            return (null, null, 0);
        var template = Find(name, id);
        var number = Number(template, request["LaunchTemplate.Version"] ?? "$Default");
        return (template, template.Versions[number - 1], number);
    }

    public LaunchTemplate Find(string? name, string? id)
    {
        if (name is not null && id is not null)
            throw Ec2Errors.Combination("A launch template is named by its name or by its id, not by both.");
        lock (_templates)
        {
            if (name is null)
                return _templates.Values.FirstOrDefault(known => known.Id == id) ?? throw Ec2Errors.TemplateId(id ?? "");
            return _templates.TryGetValue(name, out var template) ? template : throw Ec2Errors.TemplateName(name);
        }
    }

    public LaunchTemplate Add(QueryParameters request)
    {
        var name = request["LaunchTemplateName"] ?? throw Ec2Errors.Missing("LaunchTemplateName");
        lock (_templates)
        {
            if (_templates.ContainsKey(name))
                throw Ec2Errors.TemplateExists(name);
            return _templates[name] = new LaunchTemplate(IdOf(name), name, [Version(request, null)], DefaultVersion: 1);
        }
    }

    /// <summary>What the request leaves out is the source version's.</summary>
    public (LaunchTemplate Template, int Number) AddVersion(QueryParameters request)
    {
        lock (_templates)
        {
            var template = Find(request["LaunchTemplateName"], request["LaunchTemplateId"]);
            var source = request["SourceVersion"] is { } asked ? template.Versions[Number(template, asked) - 1] : null;
            template = template with { Versions = [.. template.Versions, Version(request, source)] };
            _templates[template.Name] = template;
            return (template, template.Versions.Count);
        }
    }

    public LaunchTemplate Remove(QueryParameters request)
    {
        lock (_templates)
        {
            var template = Find(request["LaunchTemplateName"], request["LaunchTemplateId"]);
            _templates.Remove(template.Name);
            return template;
        }
    }

    public static int Number(LaunchTemplate template, string version) => version switch
    {
        "$Latest" => template.Versions.Count,
        "$Default" => template.DefaultVersion,
        _ when WholeNumber.Parse(version) is { } number && number >= 1 && number <= template.Versions.Count => number,
        _ => throw Ec2Errors.TemplateVersion(version, template.Name),
    };

    /// <summary>EC2 takes a version that names neither image nor type; here each has both, so that whatever launches is known beforehand.</summary>
    private static TemplateVersionConfiguration Version(QueryParameters request, TemplateVersionConfiguration? source)
    {
        const string data = "LaunchTemplateData";
        var tags = request.List($"{data}.TagSpecification").Where(tagged => tagged["ResourceType"] == "instance")
            .SelectMany(tagged => tagged.Map("Tag", "Key", tag => tag["Value"] ?? "") ?? new Dictionary<string, string>())
            .ToDictionary();
        return new TemplateVersionConfiguration(
            request[$"{data}.ImageId"] ?? source?.ImageId ?? throw Ec2Errors.Missing($"{data}.ImageId"),
            request[$"{data}.InstanceType"] ?? source?.InstanceType ?? throw Ec2Errors.Missing($"{data}.InstanceType"),
            request.List($"{data}.NetworkInterface").FirstOrDefault()?["SubnetId"] ?? source?.SubnetId,
            tags.Count > 0 ? tags : source?.Tags,
            request[$"{data}.UserData"] ?? source?.UserData);
    }

    private static string IdOf(string name) => $"lt-0{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]}";
}
