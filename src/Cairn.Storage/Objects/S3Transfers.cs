using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Kernel;

namespace Cairn.Storage.Objects;

internal sealed class S3Transfers : IDisposable
{
    private const long Piece = 16 << 20;
    private const int MostPieces = 9_000, Attempts = 5;

    private readonly AmazonS3Client _client;

    public S3Transfers(ObjectStoreOptions options)
    {
        // Checksums of the newer kind are not understood by every store; over TLS, or with a signed body, none is needed.
        var config = new AmazonS3Config { RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED, MaxErrorRetry = 4 };
        if (options.Endpoint is { } endpoint)
        {
            (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion, config.UseHttp) = (endpoint.ToString(), true, options.Region, endpoint.Scheme == "http");
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        _client = options is { AccessKey: { } key, SecretKey: { } secret } ? new(new BasicAWSCredentials(key, secret), config) : new(config);
    }

    public Task<Answer<ObjectEntry?>> Find(ObjectAddress address, CancellationToken cancellation) => Guarded<ObjectEntry?>(
        address,
        async () =>
        {
            try
            {
                var found = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = address.Bucket, Key = address.Key }, cancellation);
                return new ObjectEntry(address, found.ContentLength, found.ETag, found.LastModified is { } modified ? new DateTimeOffset(modified.ToUniversalTime()) : null);
            }
            catch (AmazonS3Exception e) when (e is { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" })
            {
                return await HasBucket(address, cancellation) ? default(ObjectEntry) : (Answer<ObjectEntry?>)NoBucket(address);
            }
        },
        cancellation);

    public Task<Answer<IReadOnlyList<ObjectEntry>>> Below(ObjectAddress address, CancellationToken cancellation) => Guarded<IReadOnlyList<ObjectEntry>>(
        address,
        async () =>
        {
            var found = new List<ObjectEntry>();
            var request = new ListObjectsV2Request { BucketName = address.Bucket, Prefix = address.Key + "/" };
            while (true)
            {
                var page = await _client.ListObjectsV2Async(request, cancellation);
                found.AddRange((page.S3Objects ?? []).Select(one => new ObjectEntry(address with { Key = one.Key }, one.Size ?? 0, one.ETag)));
                if (page.IsTruncated is not true) return found;
                request.ContinuationToken = page.NextContinuationToken;
            }
        },
        cancellation);

    public Task<Answer<Stream>> Open(ObjectAddress address, CancellationToken cancellation) => Guarded<Stream>(
        address,
        async () =>
        {
            var whole = await _client.GetObjectAsync(new GetObjectRequest { BucketName = address.Bucket, Key = address.Key }, cancellation);
            var (last, tag) = (whole.ContentLength - 1, whole.ETag);
            return new ObjectStream(
                (at, stop) => _client.GetObjectAsync(new GetObjectRequest { BucketName = address.Bucket, Key = address.Key, EtagToMatch = tag, ByteRange = new ByteRange(at, last) }, stop), whole);
        },
        cancellation);

    public Task<Answer<ObjectEntry>> Download(ObjectAddress address, string file, Action<long, long> progress, CancellationToken cancellation) => Guarded<ObjectEntry>(
        address,
        async () =>
        {
            var found = await Find(address, cancellation);
            if (found.Refusal is { } refusal) return refusal;
            if (found.Value is not { } entry) return Missing(address);

            var (part, of) = ($"{file}.part", $"{file}.etag");
            if (File.Exists(part) && (!File.Exists(of) || await File.ReadAllTextAsync(of, cancellation) != entry.ETag)) File.Delete(part);
            await File.WriteAllTextAsync(of, entry.ETag, cancellation);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await Continue(entry, part, progress, cancellation);
                    break;
                }
                catch (Exception e) when (e is IOException or HttpRequestException && attempt < Attempts)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), cancellation);
                }
            }

            DurableFile.Put(part, file);
            File.Delete(of);
            return entry;
        },
        cancellation);

    public Task<Answer<Done>> Upload(string file, ObjectAddress address, Action<long> progress, CancellationToken cancellation) => Guarded<Done>(
        address,
        async () =>
        {
            var record = RecordOf(file);
            await Abort(address, record, cancellation);
            var length = new FileInfo(file).Length;
            if (length <= Piece)
            {
                await _client.PutObjectAsync(new PutObjectRequest { BucketName = address.Bucket, Key = address.Key, FilePath = file }, cancellation);
                progress(length);
                return default(Done);
            }

            var upload = (await _client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = address.Bucket, Key = address.Key }, cancellation)).UploadId;
            await File.WriteAllTextAsync(record, upload, cancellation);
            var (each, tags) = (Math.Max(Piece, (length / MostPieces) + 1), new List<PartETag>());
            for (var at = 0L; at < length; at += each)
            {
                var sent = await _client.UploadPartAsync(
                    new UploadPartRequest { BucketName = address.Bucket, Key = address.Key, UploadId = upload, PartNumber = tags.Count + 1, FilePath = file, FilePosition = at, PartSize = Math.Min(each, length - at) }, cancellation);
                tags.Add(new(tags.Count + 1, sent.ETag));
                progress(Math.Min(at + each, length));
            }

            await _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = address.Bucket, Key = address.Key, UploadId = upload, PartETags = tags }, cancellation);
            File.Delete(record);
            return default(Done);
        },
        cancellation);

    public Task<Answer<Done>> Abandon(string file, ObjectAddress address, CancellationToken cancellation) => Guarded<Done>(
        address,
        async () =>
        {
            await Abort(address, RecordOf(file), cancellation);
            return default(Done);
        },
        cancellation);

    public Task<Answer<Done>> Delete(ObjectAddress address, CancellationToken cancellation) => Guarded<Done>(
        address,
        async () =>
        {
            await _client.DeleteObjectAsync(address.Bucket, address.Key, cancellation);
            return default(Done);
        },
        cancellation);

    public void Dispose() => _client.Dispose();

    /// <summary>The answer to HEAD has no body that would say what is missing.</summary>
    private async Task<bool> HasBucket(ObjectAddress address, CancellationToken cancellation)
    {
        try
        {
            await _client.HeadBucketAsync(new HeadBucketRequest { BucketName = address.Bucket }, cancellation);
            return true;
        }
        catch (AmazonS3Exception e)
        {
            return e.StatusCode != HttpStatusCode.NotFound;
        }
    }

    private async Task Continue(ObjectEntry entry, string part, Action<long, long> progress, CancellationToken cancellation)
    {
        await using var to = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 1 << 16);
        var at = to.Seek(0, SeekOrigin.End);
        if (at > entry.Length) throw new InvalidDataException($"{part} is longer than {entry.Address}.");
        if (at == entry.Length) return;
        using var response = await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = entry.Address.Bucket, Key = entry.Address.Key, EtagToMatch = entry.ETag, ByteRange = new ByteRange(at, entry.Length - 1) }, cancellation);
        var buffer = new byte[1 << 18];
        while (await response.ResponseStream.ReadAsync(buffer, cancellation) is var read and > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress(at += read, entry.Length);
        }

        if (at != entry.Length) throw new IOException($"{entry.Address} broke off after {at} of {entry.Length} bytes.");
    }

    private static string RecordOf(string file) => $"{file}.upload";

    /// <summary>Ends the upload that a record names, if there is one.</summary>
    private async Task Abort(ObjectAddress address, string record, CancellationToken cancellation)
    {
        if (!File.Exists(record)) return;
        var upload = await File.ReadAllTextAsync(record, cancellation);
        try
        {
            await _client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = address.Bucket, Key = address.Key, UploadId = upload }, cancellation);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            // it was completed, or is gone
        }

        File.Delete(record);
    }

    private static async Task<Answer<T>> Guarded<T>(ObjectAddress address, Func<Task<Answer<T>>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (AmazonS3Exception e)
        {
            return e.StatusCode switch
            {
                HttpStatusCode.NotFound => e.ErrorCode == "NoSuchBucket" ? NoBucket(address) : Missing(address),
                HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest when e.ErrorCode is not "RequestTimeout" => new Refusal.Forbidden(
                    "object.denied", $"The store does not permit it for {address}: {e.ErrorCode ?? e.Message}. Check the keys that the server has (CAIRN_S3_ACCESS_KEY, CAIRN_S3_SECRET_KEY) and their rights."),
                HttpStatusCode.PreconditionFailed => new Refusal.Conflict("object.changed", $"{address} was changed while it was read. Start anew."),
                _ => Unreachable(address, e),
            };
        }
        catch (Exception e) when (e is AmazonClientException or HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return Unreachable(address, e);
        }
    }

    private static Refusal.Missing NoBucket(ObjectAddress address) => new("object.missing", $"There is no bucket {address.Bucket} ({address}). Check its name and the endpoint of the server.");

    private static Refusal.Missing Missing(ObjectAddress address) => new("object.missing", $"There is no object {address}. Check bucket and key.");

    private static Refusal.Unavailable Unreachable(ObjectAddress address, Exception e) =>
        new("object.unreachable", $"The store of {address} cannot be reached at present: {e.Message.TrimEnd('.')}. Try again when it can; the same request goes on where it stopped.");
}
