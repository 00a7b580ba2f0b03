#pragma once
#include "widgets/viewer/scene/pixel_rect.h"

#include <map>
#include <memory>
#include <string>
#include <vector>
#include <vtkNew.h>
#include <vtkSmartPointer.h>

class vtkOpenGLFramebufferObject;
class vtkOpenGLQuadHelper;
class vtkOpenGLRenderWindow;
class vtkShaderProgram;
class vtkTextureObject;

// Thin helpers over VTK's OpenGL classes: textures, programs that draw a rectangle, off-screen targets. The context
// must be current in every call.
namespace mama::viewer {

enum class TexelType { GreyPair, Float, Rgba8, Mask8, FloatPair }; // GreyPair: 16 bits each

// A texture of fixed size, filled in strips of rows; first row first.
class GpuTexture
{
public:
    GpuTexture(vtkOpenGLRenderWindow* window, TexelType type, int columns, int rows, bool smooth = false);
    ~GpuTexture();
    void write(int firstRow, int rows, const void* texels); // tightly packed
    int bytesPerTexel() const;
    int columns() const { return m_columns; }
    int rows() const { return m_rows; }
    vtkTextureObject* object() const;

private:
    TexelType m_type;
    int m_columns, m_rows;
    vtkSmartPointer<vtkTextureObject> m_texture;
};

// A texture to draw into.
class GpuTarget
{
public:
    GpuTarget(vtkOpenGLRenderWindow* window, TexelType type, int columns, int rows);
    ~GpuTarget();
    // Calls draw with the target bound; the former one is bound again after.
    template <class F>
    void fill(F draw)
    {
        begin();
        draw();
        end();
    }
    const GpuTexture& texture() const { return *m_texture; }
    // Texels of another target of the same type, to x, y of this one; both from the lower left corner.
    void copy(const GpuTarget& from, const PixelRect& lowerLeft, int x, int y);

private:
    void begin();
    void end();
    vtkOpenGLRenderWindow* m_window;
    std::unique_ptr<GpuTexture> m_texture;
    vtkNew<vtkOpenGLFramebufferObject> m_frame;
};

// One fragment program that is run over a rectangle.
class GpuProgram
{
public:
    // Throws Error(Unsupported) with the driver's text if it does not compile.
    GpuProgram(vtkOpenGLRenderWindow* window, const std::string& fragment);
    ~GpuProgram();
    void use();
    void set(const char* name, int value);
    void set(const char* name, float value);
    void set(const char* name, double x, double y);
    void set(const char* name, double x, double y, double z, double w);
    void setInts(const char* name, int x, int y);
    void bind(const char* name, const GpuTexture& texture);
    // Rectangle of device pixels from the target's lower left corner (OpenGL's sense); clip: scissor of the same kind.
    void draw(const PixelRect& lowerLeft, const PixelRect& clip);

private:
    vtkOpenGLRenderWindow* m_window;
    std::unique_ptr<vtkOpenGLQuadHelper> m_quad;
    std::vector<vtkTextureObject*> m_bound;
};

// Programs by their text, each compiled when it is first wanted.
class GpuPrograms
{
public:
    explicit GpuPrograms(vtkOpenGLRenderWindow* window) : m_window(window) {}
    GpuProgram& used(const std::string& fragment); // ready for its uniforms

private:
    vtkOpenGLRenderWindow* m_window;
    std::map<std::string, std::unique_ptr<GpuProgram>> m_programs;
};

// Around drawing in a context that somebody else (Qt) uses as well: VTK looks at the state anew, and leaves a plain
// one.
void takeContext(vtkOpenGLRenderWindow* window);
void giveContextBack(vtkOpenGLRenderWindow* window);
int largestTexture(vtkOpenGLRenderWindow* window);
void setBlending(vtkOpenGLRenderWindow* window, bool premultiplied); // false: off
void clearTo(vtkOpenGLRenderWindow* window, const PixelRect& lowerLeft, float red, float green, float blue,
             float alpha);

} // namespace mama::viewer
