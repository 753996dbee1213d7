{{ config(enabled=is_source_enabled('ga4')) }}

{{ order_lines_of(
    'ga4',
    orders=ref('base_ga4__orders'),
    products='items',
    product_id_paths=['$.item_id'],
    category_path='$.item_category',
) }}
