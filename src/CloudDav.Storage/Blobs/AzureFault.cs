using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using CloudDav.Vault;

namespace CloudDav.Storage;

/// <summary>What the Azure library throws, and what the vault is told instead.</summary>
internal static class AzureFault
{
    private const string Service = "Azure Blob Storage";

    /// <summary>Whether an exception says that Azure could not be asked or refused, rather than that the program is wrong or the caller has stopped.</summary>
    public static bool Is(Exception failure, CancellationToken cancellationToken = default) =>
        failure switch
        {
            RequestFailedException
            or AuthenticationFailedException
            or AzureSilentException
            or IOException => true,
            // Every retry of a request failed: all of them are in it.
            AggregateException => !cancellationToken.IsCancellationRequested,
            // A try that took too long, when the caller did not stop it.
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            _ => false,
        };

    public static bool IsNoSuchBlob(Exception failure) =>
        failure is RequestFailedException { ErrorCode: var code }
        && code == BlobErrorCode.BlobNotFound;

    /// <summary>Whether a condition that nothing may be there yet was not met.</summary>
    public static bool IsAlreadyThere(Exception failure) =>
        failure is RequestFailedException { Status: 409 or 412, ErrorCode: var code }
        && (code == BlobErrorCode.BlobAlreadyExists || code == BlobErrorCode.ConditionNotMet);

    /// <summary>As the vault is told: <see cref="StorageUnavailableException"/> unless it is about the one blob.</summary>
    public static IOException ToIOException(Exception failure)
    {
        if (failure is StorageUnavailableException already)
            return already;
        return IsOfOneBlob(LastOf(failure))
            ? new IOException(Sentence(Service, failure), failure)
            : ToUnavailable(Service, failure);
    }

    /// <summary>As the vault is told when a service cannot be asked.</summary>
    public static StorageUnavailableException ToUnavailable(string service, Exception failure) =>
        new(Sentence(service, failure), failure);

    private static Exception LastOf(Exception failure) =>
        failure is AggregateException { InnerExceptions: [.., var last] } ? last : failure;

    private static string Sentence(string service, Exception failure)
    {
        var inner = LastOf(failure);
        var why = inner switch
        {
            RequestFailedException { ErrorCode: { Length: > 0 } code } refused =>
                $"it answered {refused.Status} ({code})",
            RequestFailedException { Status: > 0 } refused => $"it answered {refused.Status}",
            AuthenticationFailedException => "the managed identity cannot sign in",
            OperationCanceledException => "it did not answer in time",
            _ => inner.Message,
        };
        return $"{service} failed: {why}.";
    }

    // A condition that was not met, or a blob that is gone. All else, the rights and the container among it, keeps every blob from us.
    private static bool IsOfOneBlob(Exception failure) =>
        failure
            is RequestFailedException
            {
                Status: 400 or 404 or 409 or 411 or 412 or 413 or 416
            } refused
        && refused.ErrorCode != BlobErrorCode.ContainerNotFound
        && refused.ErrorCode != BlobErrorCode.ContainerBeingDeleted
        && refused.ErrorCode != BlobErrorCode.ContainerDisabled;
}
