#include "widgets/viewer/scene/gpu.h"

#include "core/base/error.h"

#include <vtkOpenGLFramebufferObject.h>
#include <vtkOpenGLQuadHelper.h>
#include <vtkOpenGLRenderWindow.h>
#include <vtkOpenGLShaderCache.h>
#include <vtkOpenGLState.h>
#include <vtkShaderProgram.h>
#include <vtkTextureObject.h>
#include <vtk_glew.h>

namespace mama::viewer {
namespace {

struct TexelFormat
{
    unsigned int internal, format, type;
    int components, vtkType, bytes;
};

TexelFormat formatOf(TexelType type)
{
    switch (type) {
    case TexelType::GreyPair: return {GL_RG16, GL_RG, GL_UNSIGNED_SHORT, 2, VTK_UNSIGNED_SHORT, 4};
    case TexelType::Float: return {GL_R32F, GL_RED, GL_FLOAT, 1, VTK_FLOAT, 4};
    case TexelType::FloatPair: return {GL_RG32F, GL_RG, GL_FLOAT, 2, VTK_FLOAT, 8};
    case TexelType::Rgba8: return {GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, 4, VTK_UNSIGNED_CHAR, 4};
    case TexelType::Mask8: break;
    }
    return {GL_R8, GL_RED, GL_UNSIGNED_BYTE, 1, VTK_UNSIGNED_CHAR, 1};
}

// VTK's helper wants the texture coordinate to be used; depth is off, so that it may go there.
const char* vertexProgram = R"(//VTK::System::Dec
in vec4 ndCoordIn;
in vec2 texCoordIn;
void main()
{
  gl_Position = vec4(ndCoordIn.xy, texCoordIn.x * 0.001, 1.0);
}
)";

} // namespace

GpuTexture::GpuTexture(vtkOpenGLRenderWindow* window, TexelType type, int columns, int rows, bool smooth)
    : m_type(type), m_columns(columns), m_rows(rows), m_texture(vtkSmartPointer<vtkTextureObject>::New())
{
    const auto f = formatOf(type);
    m_texture->SetContext(window);
    m_texture->SetInternalFormat(f.internal);
    m_texture->SetFormat(f.format);
    m_texture->SetDataType(f.type);
    m_texture->SetMinificationFilter(smooth ? vtkTextureObject::Linear : vtkTextureObject::Nearest);
    m_texture->SetMagnificationFilter(smooth ? vtkTextureObject::Linear : vtkTextureObject::Nearest);
    m_texture->SetWrapS(vtkTextureObject::ClampToEdge);
    m_texture->SetWrapT(vtkTextureObject::ClampToEdge);
    if (!m_texture->Allocate2D(static_cast<unsigned>(columns), static_cast<unsigned>(rows), f.components, f.vtkType))
        throw Error(ErrorCode::Memory, "view", std::to_string(columns) + " x " + std::to_string(rows) + " texture",
                    "the graphics driver has no room for it");
}

GpuTexture::~GpuTexture() = default;

int GpuTexture::bytesPerTexel() const { return formatOf(m_type).bytes; }

vtkTextureObject* GpuTexture::object() const { return m_texture; }

void GpuTexture::write(int firstRow, int rows, const void* texels)
{
    const auto f = formatOf(m_type);
    m_texture->Activate();
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    glPixelStorei(GL_UNPACK_SKIP_ROWS, 0);
    glPixelStorei(GL_UNPACK_SKIP_PIXELS, 0);
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, firstRow, m_columns, rows, f.format, f.type, texels);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    m_texture->Deactivate();
}

GpuTarget::GpuTarget(vtkOpenGLRenderWindow* window, TexelType type, int columns, int rows)
    : m_window(window), m_texture(std::make_unique<GpuTexture>(window, type, columns, rows))
{
    m_frame->SetContext(window);
}

GpuTarget::~GpuTarget() = default;

void GpuTarget::begin()
{
    m_window->GetState()->PushFramebufferBindings();
    m_frame->Bind();
    m_frame->AddColorAttachment(0, m_texture->object());
    m_frame->ActivateDrawBuffer(0);
}

void GpuTarget::end() { m_window->GetState()->PopFramebufferBindings(); }

void GpuTarget::copy(const GpuTarget& from, const PixelRect& rect, int x, int y)
{
    auto* state = m_window->GetState();
    state->PushFramebufferBindings();
    m_frame->Bind(GL_DRAW_FRAMEBUFFER);
    m_frame->AddColorAttachment(0, m_texture->object());
    m_frame->ActivateDrawBuffer(0);
    from.m_frame->Bind(GL_READ_FRAMEBUFFER);
    from.m_frame->ActivateReadBuffer(0);
    state->vtkglDisable(GL_SCISSOR_TEST);
    glBlitFramebuffer(rect.x, rect.y, rect.x + rect.width, rect.y + rect.height, x, y, x + rect.width, y + rect.height,
                      GL_COLOR_BUFFER_BIT, GL_NEAREST);
    state->PopFramebufferBindings();
}

GpuProgram::GpuProgram(vtkOpenGLRenderWindow* window, const std::string& fragment)
    : m_window(window), m_quad(std::make_unique<vtkOpenGLQuadHelper>(window, vertexProgram, fragment.c_str(), ""))
{
    if (!m_quad->Program || !m_quad->Program->GetCompiled())
        throw Error(ErrorCode::Unsupported, "view", "OpenGL",
                    "the graphics driver refused a shader; start with software rendering");
}

GpuProgram::~GpuProgram() = default;

void GpuProgram::use() { m_window->GetShaderCache()->ReadyShaderProgram(m_quad->Program); }

void GpuProgram::set(const char* name, int value) { m_quad->Program->SetUniformi(name, value); }

void GpuProgram::set(const char* name, float value) { m_quad->Program->SetUniformf(name, value); }

void GpuProgram::set(const char* name, double x, double y)
{
    const float v[]{static_cast<float>(x), static_cast<float>(y)};
    m_quad->Program->SetUniform2f(name, v);
}

void GpuProgram::set(const char* name, double x, double y, double z, double w)
{
    const float v[]{static_cast<float>(x), static_cast<float>(y), static_cast<float>(z), static_cast<float>(w)};
    m_quad->Program->SetUniform4f(name, v);
}

void GpuProgram::setInts(const char* name, int x, int y)
{
    const int v[]{x, y};
    m_quad->Program->SetUniform2i(name, v);
}

void GpuProgram::bind(const char* name, const GpuTexture& texture)
{
    texture.object()->Activate();
    m_quad->Program->SetUniformi(name, texture.object()->GetTextureUnit());
    m_bound.push_back(texture.object());
}

void GpuProgram::draw(const PixelRect& rect, const PixelRect& clip)
{
    auto* state = m_window->GetState();
    state->vtkglEnable(GL_SCISSOR_TEST);
    state->vtkglScissor(clip.x, clip.y, std::max(0, clip.width), std::max(0, clip.height));
    state->vtkglViewport(rect.x, rect.y, std::max(0, rect.width), std::max(0, rect.height));
    m_quad->Render();
    for (auto* texture : m_bound)
        texture->Deactivate();
    m_bound.clear();
}

GpuProgram& GpuPrograms::used(const std::string& fragment)
{
    auto& program = m_programs[fragment];
    if (!program)
        program = std::make_unique<GpuProgram>(m_window, fragment);
    program->use();
    return *program;
}

void takeContext(vtkOpenGLRenderWindow* window) { window->GetState()->Reset(); }

void giveContextBack(vtkOpenGLRenderWindow* window)
{
    auto* state = window->GetState();
    state->vtkglDisable(GL_SCISSOR_TEST);
    state->vtkglDisable(GL_BLEND);
    state->vtkglActiveTexture(GL_TEXTURE0);
    window->GetShaderCache()->ReleaseCurrentShader();
    glUseProgram(0);
    glBindVertexArray(0);
}

int largestTexture(vtkOpenGLRenderWindow* window) { return vtkTextureObject::GetMaximumTextureSize(window); }

void setBlending(vtkOpenGLRenderWindow* window, bool premultiplied)
{
    auto* state = window->GetState();
    state->vtkglDisable(GL_DEPTH_TEST);
    state->vtkglDisable(GL_CULL_FACE);
    state->vtkglDepthMask(GL_FALSE);
    state->vtkglColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    if (premultiplied) {
        state->vtkglEnable(GL_BLEND);
        state->vtkglBlendFuncSeparate(GL_ONE, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    } else {
        state->vtkglDisable(GL_BLEND);
    }
}

void clearTo(vtkOpenGLRenderWindow* window, const PixelRect& rect, float red, float green, float blue, float alpha)
{
    auto* state = window->GetState();
    state->vtkglEnable(GL_SCISSOR_TEST);
    state->vtkglScissor(rect.x, rect.y, std::max(0, rect.width), std::max(0, rect.height));
    state->vtkglClearColor(red, green, blue, alpha);
    state->vtkglClear(GL_COLOR_BUFFER_BIT);
}

} // namespace mama::viewer
