using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cairn.Web.Routing;

/// <summary>The file of a form as it arrives. It is the last field: what stands behind it is not read.</summary>
/// <param name="Body">Read once, and only while its request is answered.</param>
internal sealed record Upload(string Name, Stream Body)
{
    public const long Largest = 4L << 30;

    public const string LargestInWords = "4 GB";

    private const int LargestField = 1 << 16, MostFields = 50;

    /// <summary>The fields in front of the file, and the file; null: none was chosen.</summary>
    /// <exception cref="InvalidDataException">It is no form.</exception>
    public static async Task<(FormCollection Fields, Upload? File)> Read(HttpRequest request, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary);
        if (StringSegment.IsNullOrEmpty(boundary)) throw new InvalidDataException("The form does not say where its fields end.");
        var (parts, fields) = (new MultipartReader(boundary.ToString(), request.Body), new Dictionary<string, StringValues>(StringComparer.Ordinal));
        while (await parts.ReadNextSectionAsync(cancellation) is { } part)
        {
            if (!ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var about) || fields.Count == MostFields) throw new InvalidDataException("A field of the form has no name, or there are too many of them.");
            if (HeaderUtilities.RemoveQuotes(about.FileName) is { Length: > 0 } file) return (new(fields), new(file.ToString(), part.Body));
            fields[HeaderUtilities.RemoveQuotes(about.Name).ToString()] = await Text(part.Body, cancellation);
        }

        return (new(fields), null);
    }

    private static async Task<string> Text(Stream body, CancellationToken cancellation)
    {
        var bytes = new byte[LargestField];
        var length = await body.ReadAtLeastAsync(bytes, LargestField, throwOnEndOfStream: false, cancellation);
        return length < LargestField ? Encoding.UTF8.GetString(bytes, 0, length) : throw new InvalidDataException($"A field of the form is longer than {LargestField:N0} bytes.");
    }

    /// <summary>Of the endpoints that take one.</summary>
    internal sealed class Limit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => Largest;
    }
}
