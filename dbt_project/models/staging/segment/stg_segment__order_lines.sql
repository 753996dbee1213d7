{{ config(enabled=is_source_enabled('segment')) }}

{{ order_lines_of(
    'segment',
    orders=ref('base_segment__orders'),
    products='products',
    product_id_paths=['$.product_id', '$.sku'],
    category_path='$.category',
) }}
