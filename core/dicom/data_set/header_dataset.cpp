#include "core/dicom/data_set/header_dataset.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcxfer.h>

namespace mama {
namespace {

E_TransferSyntax readingSyntax(const DicomSource& source)
{
    if (source.encoding == Encoding::ImplicitLittle)
        return EXS_LittleEndianImplicit;
    if (source.encoding == Encoding::ExplicitBig)
        return EXS_BigEndianExplicit;
    // An icon in the header may be compressed: DCMTK reads that only under a compressed syntax.
    const DcmXfer declared(source.transferSyntax.c_str());
    return declared.isEncapsulated() ? declared.getXfer() : EXS_LittleEndianExplicit;
}

} // namespace

std::unique_ptr<DcmDataset> readHeaderDataset(const DicomSource& source, const DataSetScan& scan,
                                              std::vector<std::byte>& joined)
{
    std::span<const std::byte> header;
    if (scan.header.size() == 1) {
        header = source.bytes.subspan(scan.header[0].offset, scan.header[0].length);
    } else {
        for (const ByteExtent& part : scan.header) {
            const auto bytes = source.bytes.subspan(part.offset, part.length);
            joined.insert(joined.end(), bytes.begin(), bytes.end());
        }
        header = joined;
    }
    auto dataset = std::make_unique<DcmDataset>();
    if (header.empty())
        return dataset;
    DcmInputBufferStream stream;
    stream.setBuffer(header.data(), static_cast<offile_off_t>(header.size()));
    stream.setEos();
    dataset->transferInit();
    const OFCondition result = dataset->read(stream, readingSyntax(source), EGL_noChange, DCM_MaxReadLength);
    dataset->transferEnd();
    if (result.bad())
        throw Error(ErrorCode::Format, {action::decode}, source.file->path().string(),
                    {TextId("decode.broken_header", "the header cannot be read beyond offset %1"),
                     source.start + static_cast<std::size_t>(stream.tell())});
    return dataset;
}

} // namespace mama
