using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using LoopLM.Server.Transport;
using Microsoft.AspNetCore.Http.Features;

namespace LoopLM.Server.Grpc;

/// <summary>Charges what gRPC holds of messages that have not come to their ends, as the bodies of REST are charged.</summary>
internal static class ChargedMessages
{
    public static IApplicationBuilder UseChargedMessages(this IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<TransferLimits>();
        return app.Use((context, next) =>
        {
            if (context.Request.IsGrpc())
            {
                var body = new Body(context.Request.BodyReader, limits);
                context.Features.Set<IRequestBodyPipeFeature>(body);
                context.Response.RegisterForDispose(body);
            }

            return next(context);
        });
    }

    private sealed class Body(PipeReader inner, TransferLimits limits) : PipeReader, IRequestBodyPipeFeature, IDisposable
    {
        private readonly HeldBytes _held = new(limits.Bodies);
        private ReadOnlySequence<byte> _buffer;
        private TransferPace? _pace;
        private long _counted;

        public PipeReader Reader => this;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _counted = _buffer.Slice(consumed).Length;
            _held.TryHold(_counted);
            _buffer = default;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (!_held.IsCharged)
            {
                _pace = null;
                return Charge(await inner.ReadAsync(cancellationToken));
            }

            try
            {
                return Charge(await (_pace ??= limits.StartPace()).ReadAsync(inner.ReadAsync, cancellationToken));
            }
            catch (TimeoutException)
            {
                throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The message came too slowly."));
            }
        }

        public override bool TryRead(out ReadResult result)
        {
            var isRead = inner.TryRead(out result);
            result = isRead ? Charge(result) : result;
            return isRead;
        }

        public void Dispose() => _held.Dispose();

        private ReadResult Charge(ReadResult read)
        {
            _buffer = read.Buffer;
            _pace?.Count(_buffer.Length - _counted);
            _counted = _buffer.Length;
            return _held.TryHold(_buffer.Length) ? read : throw GrpcErrors.From(TransferLimits.BodyRefused);
        }
    }
}
