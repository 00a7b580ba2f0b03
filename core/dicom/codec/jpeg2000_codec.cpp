#include "core/dicom/codec/jpeg2000_codec.h"

#include "core/dicom/codec/jpeg2000_decode.h"

#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dccodec.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcstack.h>
#include <dcmtk/dcmdata/dcvrpobw.h>
#include <string>
#include <vector>

namespace mama {
namespace {

class NoParameter : public DcmCodecParameter
{
public:
    DcmCodecParameter* clone() const override { return new NoParameter(*this); }
    const char* className() const override { return "mama::NoParameter"; }
};

OFCondition failure(const std::string& why) { return makeOFCondition(OFM_dcmdata, 900, OF_error, why.c_str()); }

// Decoder only. Frames are whole fragments' runs, as DCMTK's helper determines them.
class Jpeg2000Codec : public DcmCodec
{
public:
    OFBool canChangeCoding(E_TransferSyntax from, E_TransferSyntax to) const override
    {
        const DcmXfer target(to);
        return (from == EXS_JPEG2000LosslessOnly || from == EXS_JPEG2000) && !target.isEncapsulated();
    }

    OFCondition decodeFrame(const DcmRepresentationParameter*, DcmPixelSequence* sequence, const DcmCodecParameter*,
                            DcmItem* dataset, Uint32 frame, Uint32& startFragment, void* buffer, Uint32 size,
                            OFString& colourModel) const override
    {
        Sint32 frames = 1;
        if (dataset->findAndGetSint32(DCM_NumberOfFrames, frames).bad() || frames < 1)
            frames = 1;
        Uint32 item = startFragment;
        if (item == 0) {
            const OFCondition found = determineStartFragment(frame, frames, sequence, item);
            if (found.bad())
                return found;
        }
        std::vector<std::byte> bytes;
        const OFCondition collected = collect(*sequence, item, frames == 1, bytes);
        if (collected.bad())
            return collected;
        startFragment = item;
        const auto info = jpeg2000Info(bytes);
        if (!info)
            return failure("no readable JPEG 2000 header");
        UserText why;
        const auto pixels = decodeJpeg2000(bytes, *info, why);
        if (pixels.empty())
            return failure(why.english());
        if (pixels.size() > size)
            return failure("the decoded frame is larger than the header's");
        std::memcpy(buffer, pixels.data(), pixels.size());
        dataset->findAndGetOFString(DCM_PhotometricInterpretation, colourModel);
        if (info->colourTransform)
            colourModel = "RGB";
        return EC_Normal;
    }

    OFCondition decode(const DcmRepresentationParameter* parameter, DcmPixelSequence* sequence, DcmPolymorphOBOW& out,
                       const DcmCodecParameter* codec, const DcmStack& stack, OFBool& removeOldRep) const override
    {
        removeOldRep = OFFalse;
        DcmObject* object = stack.elem(1); // the data set above the pixel data
        if (!object || (object->ident() != EVR_dataset && object->ident() != EVR_item))
            return EC_InvalidTag;
        auto* dataset = static_cast<DcmItem*>(object);
        Uint16 rows = 0, columns = 0, samples = 1, bits = 8;
        Sint32 frames = 1;
        dataset->findAndGetUint16(DCM_Rows, rows);
        dataset->findAndGetUint16(DCM_Columns, columns);
        dataset->findAndGetUint16(DCM_SamplesPerPixel, samples);
        dataset->findAndGetUint16(DCM_BitsAllocated, bits);
        dataset->findAndGetSint32(DCM_NumberOfFrames, frames);
        const std::uint64_t each = std::uint64_t{rows} * columns * samples * (bits / 8U);
        const std::uint64_t total = each * static_cast<std::uint64_t>(frames < 1 ? 1 : frames);
        if (total == 0 || total > 0x7FFFFFFE)
            return EC_InvalidValue;
        Uint16* words = nullptr;
        OFCondition result = out.createUint16Array(static_cast<Uint32>((total + 1) / 2), words);
        Uint32 fragment = 0;
        OFString model;
        for (Uint32 frame = 0; result.good() && frame * each < total; ++frame)
            result = decodeFrame(parameter, sequence, codec, dataset, frame, fragment,
                                 reinterpret_cast<Uint8*>(words) + frame * each, static_cast<Uint32>(each), model);
        if (result.good() && !model.empty())
            result = dataset->putAndInsertOFStringArray(DCM_PhotometricInterpretation, model);
        return result;
    }

    OFCondition encode(const Uint16*, Uint32, const DcmRepresentationParameter*, DcmPixelSequence*&,
                       const DcmCodecParameter*, DcmStack&, OFBool&) const override
    {
        return EC_CannotChangeRepresentation;
    }
    OFCondition encode(E_TransferSyntax, const DcmRepresentationParameter*, DcmPixelSequence*,
                       const DcmRepresentationParameter*, DcmPixelSequence*&, const DcmCodecParameter*, DcmStack&,
                       OFBool&) const override
    {
        return EC_CannotChangeRepresentation;
    }
    OFCondition determineDecompressedColorModel(const DcmRepresentationParameter*, DcmPixelSequence*,
                                                const DcmCodecParameter*, DcmItem* dataset,
                                                OFString& model) const override
    {
        OFCondition result = dataset->findAndGetOFString(DCM_PhotometricInterpretation, model);
        if (model == "YBR_ICT" || model == "YBR_RCT")
            model = "RGB";
        return result;
    }

private:
    // Appends the fragments of one frame and moves item to the next frame's first.
    static OFCondition collect(DcmPixelSequence& sequence, Uint32& item, bool all, std::vector<std::byte>& bytes)
    {
        for (bool first = true; item < sequence.card(); first = false) {
            DcmPixelItem* fragment = nullptr;
            Uint8* data = nullptr;
            OFCondition result = sequence.getItem(fragment, item);
            if (result.good())
                result = fragment->getUint8Array(data);
            if (result.bad())
                return result;
            const auto* begin = reinterpret_cast<const std::byte*>(data);
            const std::span<const std::byte> part(begin, data ? fragment->getLength() : 0);
            if (!first && !all && beginsStream(part))
                break;
            bytes.insert(bytes.end(), part.begin(), part.end());
            ++item;
        }
        return EC_Normal;
    }
};

} // namespace

void registerJpeg2000Codec()
{
    // Live as long as the process: DCMTK's list keeps the addresses.
    static const Jpeg2000Codec codec;
    static const NoParameter parameter;
    DcmCodecList::registerCodec(&codec, nullptr, &parameter);
}

} // namespace mama
